const rfc3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

// After 400 years the calendar repeats itself; `Date.UTC` takes years below 100 for those of the last century.
const cycleYears = 400;
const cycleSeconds = 12_622_780_800;

/**
 * Microseconds since 1970 of an RFC 3339 time, or undefined where the text is none. Digits beyond the sixth are cut. `Date` is not
 * used for the fraction because it drops the microseconds, and with them objects (TAXII 2.1 §2 demands six digits).
 */
export function toMicroseconds(text: string): bigint | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] = match;
  const midnight = Date.UTC(Number(year) + cycleYears, Number(month) - 1, Number(day));
  if (Number(day) > 28 && new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  const seconds = midnight / 1000 - cycleSeconds + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * 60 * (sign === "-" ? -1 : 1);
  return BigInt(seconds - offset) * 1_000_000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

/** The time as TAXII 2.1 §2 writes it: `YYYY-MM-DDTHH:MM:SS.ssssssZ`. */
export function fromMicroseconds(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((microseconds - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${fraction.toString().padStart(6, "0")}Z`;
}

const stixTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?Z$/;
// Nearly all of them: days that their month has in every year need no calendar.
const plainTimestamp =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * The time as STIX 2.1 §2.16 writes it: one that is written so already as it is, one with an offset, in lower case or in a leap second
 * as the same time in UTC. Undefined where it is no time.
 */
export function toStixTimestamp(text: string): string | undefined {
  if (plainTimestamp.test(text)) return text;
  const microseconds = toMicroseconds(text);
  if (microseconds === undefined) return undefined;
  if (stixTimestamp.test(text)) return text;
  const inUtc = fromMicroseconds(microseconds);
  return stixTimestamp.test(inUtc) ? inUtc : undefined;
}

/** Whether one time lies after the other. Both are as STIX writes them: two of the same precision compare as text. */
export function isLater(time: string, other: string): boolean {
  if (time.length === other.length) return time > other;
  const [left, right] = [toMicroseconds(time), toMicroseconds(other)];
  return left !== undefined && right !== undefined && left > right;
}

/** Epoch seconds with up to six decimals, as the HTTP Event Collector takes them; undefined where the text is no time. */
export function toEpochSeconds(text: string): number | undefined {
  const microseconds = toMicroseconds(text);
  return microseconds === undefined ? undefined : Number(microseconds) / 1_000_000;
}
