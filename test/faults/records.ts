import { createHash, hash } from "node:crypto";
import type { FeedRecord } from "@socdefenders/simulator";

/** What makes one delivery another one: the same indicator may be delivered again when it has changed. */
export interface Version {
  readonly id: string;
  readonly modified: string;
}

/** A name for a version, whatever digits a target keeps of its time. */
export const keyOf = ({ id, modified }: Version): string => `${id}@${Date.parse(modified)}`;

export const keyOfRecord = ({ object }: FeedRecord): string => keyOf(object as unknown as Version);

/** How the connectors remember a version in a saved position; written here once more, so that the harness does not believe them. */
export const fingerprintOfRecord = ({ object }: FeedRecord): string =>
  hash("sha256", `${String(object["id"])}|${String(object["modified"])}`, "base64url").slice(0, 12);

export interface RecordOptions {
  /** Epoch milliseconds at which the feed took it in. */
  readonly addedAt: number;
  /** Epoch milliseconds of its version. Default `addedAt`. */
  readonly modifiedAt?: number;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Indicator number `number` of one observable, whose id is the same in every version. */
export function makeRecord(number: number, { addedAt, modifiedAt = addedAt, members = {} }: RecordOptions): FeedRecord {
  const created = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
  return {
    date_added: `${new Date(addedAt).toISOString().slice(0, -1)}000Z`,
    object: {
      type: "indicator",
      spec_version: "2.1",
      id: `indicator--${uuidOf(`faults ${number}`)}`,
      created,
      modified: new Date(modifiedAt).toISOString(),
      name: `Indicator ${number}`,
      indicator_types: ["malicious-activity"],
      pattern: patternOf(number),
      pattern_type: "stix",
      valid_from: created,
      confidence: number % 101,
      labels: ["faults"],
      ...members,
    },
  };
}

/** So many indicators, the last of which was added at `until`; three at a time share their date, as those of one transaction do. */
export function makeRecords(count: number, until: number = Date.UTC(2026, 4, 1)): FeedRecord[] {
  return Array.from({ length: count }, (_, number) =>
    makeRecord(number, { addedAt: until - Math.floor((count - 1 - number) / 3) * 1000 }),
  );
}

function patternOf(number: number): string {
  const digest = createHash("sha256").update(String(number)).digest("hex");
  const patterns = [
    `[ipv4-addr:value = '91.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}']`,
    `[domain-name:value = 'host-${number}.malicious.top']`,
    `[file:hashes.'SHA-256' = '${digest}']`,
    `[url:value = 'http://host-${number}.malicious.top/${digest.slice(0, 8)}']`,
  ];
  return patterns[number % patterns.length] ?? "";
}

function uuidOf(text: string): string {
  const digest = createHash("sha1").update(text).digest("hex");
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
