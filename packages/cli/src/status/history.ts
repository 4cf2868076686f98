import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { appendLines, createTurns, replaceFile, unlessMissing } from "@socdefenders/shared";
import { foldByHour, lastRuns, parseEntry, type HistoryEntry } from "./history-entry.ts";

/** How much is kept. */
export interface HistoryLimits {
  /** A file larger than this is made smaller, to half of it at most. Default 4 MiB: about a month of hours for 14 collections. */
  readonly bytes: number;
  /** Older entries go when the file is made smaller. Default 30 days. */
  readonly ageMs: number;
}

const standardLimits: HistoryLimits = { bytes: 4 * 1024 * 1024, ageMs: 30 * 86_400_000 };

const fileName = "history.ndjson";

/** Everything the state directory's history holds, the oldest first; empty where no run has ended yet. Damaged lines are left out. */
export async function readHistory(directory: string): Promise<readonly HistoryEntry[]> {
  const text = await readFile(join(directory, fileName), "utf8").catch(unlessMissing(""));
  return text.split("\n").flatMap((line) => (line === "" ? [] : (parseEntry(line) ?? [])));
}

// Targets that run each at its own time are in one process, and only one process at a time works in a state directory.
const inTurn = createTurns();

/** Appends to the history in the state directory and keeps it within its limits. Throws what the file system says. */
export function addToHistory(
  directory: string,
  entries: readonly HistoryEntry[],
  now: Date,
  limits: HistoryLimits = standardLimits,
): Promise<void> {
  return inTurn(() => add(directory, entries, now, limits));
}

async function add(directory: string, entries: readonly HistoryEntry[], now: Date, limits: HistoryLimits): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const size = await appendLines(join(directory, fileName), toLines(entries).join(""));
  if (size > limits.bytes) await makeSmaller(directory, now, limits);
}

const toLines = (entries: readonly HistoryEntry[]): string[] => entries.map((entry) => `${JSON.stringify(entry)}\n`);

/** Last runs stay as they are. Of the rest, hours take the place of runs, and the oldest go that are too old or too many. */
async function makeSmaller(directory: string, now: Date, { bytes, ageMs }: HistoryLimits): Promise<void> {
  const entries = await readHistory(directory);
  const kept = new Set(lastRuns(entries));
  const oldest = new Date(now.getTime() - ageMs).toISOString();
  const hours = foldByHour(entries.filter((entry) => !kept.has(entry) && entry.time >= oldest));
  const lines = toLines([...hours, ...kept]);
  let size = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  const first = lines.findIndex((line, index) => {
    if (size <= bytes / 2 || index >= hours.length) return true;
    size -= Buffer.byteLength(line);
    return false;
  });
  await replaceFile(directory, fileName, lines.slice(Math.max(0, first)).join(""));
}
