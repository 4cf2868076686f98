import { cutBySize, type Refusal } from "@socdefenders/shared";
import type { SentinelRow } from "../mapping.ts";
import { largestFieldBytes } from "./field.ts";

// The service takes 1 MB, counted before compression; the rest is room for what its count may include besides the rows.
const largestChunkBytes = 900_000;

/** A row and the bytes of its JSON. */
export interface SizedRow {
  readonly item: SentinelRow;
  readonly bytes: number;
}

/**
 * Azure Monitor cuts a field at 64 KB without a word. What the mapping has not cut visibly means something else when it is halved (a
 * value, a pattern without observable): such a row is refused with the name of the field, and its object goes to the dead letters.
 */
export function setOversizedAside(items: readonly SentinelRow[]): { rows: SizedRow[]; refusals: Refusal<SentinelRow>[] } {
  const rows: SizedRow[] = [];
  const refusals: Refusal<SentinelRow>[] = [];
  for (const item of items) {
    const bytes = sizeOf(item);
    const field = bytes > largestFieldBytes ? oversizedField(item) : undefined;
    if (field === undefined) rows.push({ item, bytes });
    else refusals.push({ item, reason: `${field} is larger than the 64 KB Azure Monitor keeps of a field` });
  }
  return { rows, refusals };
}

function oversizedField(row: SentinelRow): string | undefined {
  return Object.entries(row).find(([, value]) => value !== undefined && valueBytes(value) > largestFieldBytes)?.[0];
}

const valueBytes = (value: unknown): number => (typeof value === "string" ? Buffer.byteLength(value) : sizeOf(value));
const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Chunks within the limit; brackets and commas count. A row that is larger goes alone, so that Azure Monitor decides about it. */
export function* cutChunks(rows: readonly SizedRow[]): Generator<readonly SentinelRow[]> {
  for (const chunk of cutBySize(rows, ({ bytes }) => bytes + 1, { bytes: largestChunkBytes - 2 }))
    yield chunk.map(({ item }) => item);
}
