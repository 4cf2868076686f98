import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FeedRecord } from "@socdefenders/simulator";
import { fingerprintOfRecord } from "./records.ts";

/** What a saved position claims to be behind it. */
export interface SavedCursor {
  readonly settled: string;
  readonly recent: readonly { readonly fingerprints: readonly string[] }[];
}

/** Everything served that a position claims to be delivered. */
export function claimedBy({ recent, settled }: SavedCursor, served: readonly FeedRecord[]): FeedRecord[] {
  const known = new Set(recent.flatMap(({ fingerprints }) => fingerprints));
  const limit = sixDigits(settled);
  return served.filter((record) => record.date_added <= limit || known.has(fingerprintOfRecord(record)));
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
