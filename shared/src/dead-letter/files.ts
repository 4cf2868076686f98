import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { unlessMissing } from "../unless-missing.ts";

/** Where entries are appended. */
export const deadLetterFile = "dead-letter.ndjson";

/** Name of a full file: sorts by time, and no two are the same whichever process makes them. */
export function fullFileName(now: Date): string {
  return `dead-letter.${now.toISOString().replaceAll(/[-:.]/g, "")}-${randomUUID().slice(0, 8)}.ndjson`;
}

/** Paths of the full files of a directory, the oldest first. */
export async function listFullFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(unlessMissing([]));
  return names
    .filter((name) => /^dead-letter\.\d{8}T\d{9}Z-[0-9a-f]{8}\.ndjson$/.test(name))
    .toSorted()
    .map((name) => join(directory, name));
}
