/**
 * The most that a column is given, in bytes of UTF-8, and of JSON for a dynamic one. Azure Monitor keeps 64 KB of a field and cuts the
 * rest without a word; whether its KB has 1,000 or 1,024 bytes is not documented.
 */
export const largestFieldBytes = 64_000;

const mark = "…";
const encoder = new TextEncoder();

/** The text as a column can hold it: one that is longer is cut between two characters and ends in `…`. */
export function fitText(text: string): string {
  if (text.length * 3 <= largestFieldBytes || Buffer.byteLength(text) <= largestFieldBytes) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(largestFieldBytes - Buffer.byteLength(mark)));
  return `${text.slice(0, read)}${mark}`;
}

/** The list as a dynamic column can hold it: of one that is longer the first entries, and `…` as the last. */
export function fitList(list: readonly string[]): readonly string[] {
  // A hundred entries of a hundred characters fit, however they are escaped.
  if (list.length <= 100 && list.every((entry) => entry.length <= 100)) return list;
  if (jsonBytes(list) <= largestFieldBytes) return list;
  let bytes = jsonBytes([mark]);
  const cut = list.findIndex((entry) => (bytes += jsonBytes(entry) + 1) > largestFieldBytes);
  return [...list.slice(0, cut), mark];
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * A STIX timestamp as Log Analytics reads it: its clock ticks every 100 ns and starts in year 1, so digits beyond the seventh are left out
 * and what lies before is the start. An end that could not be read would be none, and the indicator would never expire.
 */
export function fitTime(time: string): string {
  if (time.startsWith("0000")) return "0001-01-01T00:00:00Z";
  return time.length > "2026-05-16T08:00:00.1234567Z".length ? `${time.slice(0, 27)}Z` : time;
}
