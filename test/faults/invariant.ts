import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FeedRecord } from "@socdefenders/simulator";
import { fingerprintOfRecord, keyOfRecord } from "./records.ts";

/** What a saved position claims to be behind it. */
export interface SavedCursor {
  readonly settled: string;
  readonly recent: readonly { readonly fingerprints: readonly string[] }[];
}

/** Everything served that a position claims to be delivered, and that the target does not hold. */
export function aheadOf(cursor: SavedCursor, served: readonly FeedRecord[], isHeld: (record: FeedRecord) => boolean): string[] {
  const recent = new Set(cursor.recent.flatMap(({ fingerprints }) => fingerprints));
  const settled = sixDigits(cursor.settled);
  const claimed = served.filter((record) => record.date_added <= settled || recent.has(fingerprintOfRecord(record)));
  return claimed.filter((record) => !isHeld(record)).map(keyOfRecord);
}

function sixDigits(time: string): string {
  const [seconds = "", fraction = ""] = time.replace("Z", "").split(".");
  return `${seconds}.${fraction.padEnd(6, "0").slice(0, 6)}Z`;
}

/** How many deliveries were repetitions. */
export function repetitions(stored: readonly string[]): number {
  return stored.length - new Set(stored).size;
}

/** Where one of the secrets can be read, whole, encoded, or its last ten characters. */
export function findSecrets(secrets: readonly string[], texts: Readonly<Record<string, string>>): string[] {
  const forms = secrets.flatMap((secret) => [
    secret.slice(-10),
    Buffer.from(secret).toString("base64").slice(0, -4),
    Buffer.from(`:${secret}`).toString("base64").slice(4, -4),
    encodeURIComponent(secret),
  ]);
  return Object.entries(texts).flatMap(([where, text]) => (forms.some((form) => text.includes(form)) ? [where] : []));
}

/** Every file below a directory with its content. */
export function readTree(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path, "utf8")];
    }),
  );
}
