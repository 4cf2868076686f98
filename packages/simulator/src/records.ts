import { gunzipSync } from "node:zlib";

/** One object of the feed and when the server took it in. */
export interface FeedRecord {
  /** RFC 3339 in UTC with six digits, as TAXII 2.1 §2 writes it. Records may share one. */
  readonly date_added: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const gzipMagic = 0x1f8b;

/** Reads NDJSON of `{"date_added", "object"}`, plain or gzipped, in feed order. Throws with the line number on a line that is none. */
export function readRecords(bytes: Buffer): readonly FeedRecord[] {
  const isGzip = bytes.length > 2 && bytes.readUInt16BE(0) === gzipMagic;
  const lines = (isGzip ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
  return lines.flatMap((line, index) => (line.trim() === "" ? [] : [readRecord(line, index + 1)]));
}

function readRecord(line: string, number: number): FeedRecord {
  let record: Partial<FeedRecord> | null;
  try {
    record = JSON.parse(line) as Partial<FeedRecord> | null;
  } catch {
    throw new Error(`line ${number}: not JSON`);
  }
  if (typeof record?.date_added !== "string" || typeof record.object !== "object") {
    throw new Error(`line ${number}: not {"date_added": "…", "object": {…}}`);
  }
  return { date_added: sortableTime(record.date_added), object: record.object };
}

/** The time with exactly six digits, so that text order is time order. */
export function sortableTime(time: string): string {
  const [, seconds = time, fraction = ""] = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(6, "0").slice(0, 6)}Z`;
}
