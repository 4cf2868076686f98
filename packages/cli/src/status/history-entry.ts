import { z } from "zod";

/**
 * What one run did with one collection of one target, or, where `runs` is more than 1, what the runs of an hour did: then the counts are
 * sums, and `time` and `position` are those of the last of them. `collection` is absent where a run came to none.
 */
export interface HistoryEntry {
  /** When the run ended. All entries of one run have the same. */
  readonly time: string;
  readonly target: string;
  readonly collection?: string | undefined;
  readonly runs: number;
  /** How many of the runs failed. */
  readonly failed: number;
  readonly read: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly refused: number;
  readonly duration_ms: number;
  readonly position: string | null;
  readonly error?: string | undefined;
  readonly remedy?: string | undefined;
}

/** One line of the history; undefined where it is damaged, which costs only itself. */
export function parseEntry(line: string): HistoryEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const count = z.int().nonnegative();

const entrySchema: z.ZodType<HistoryEntry> = z.object({
  time: z.iso.datetime(),
  target: z.string(),
  collection: z.string().optional(),
  runs: count,
  failed: count,
  read: count,
  delivered: count,
  skipped: count,
  refused: count,
  duration_ms: count,
  position: z.string().nullable(),
  error: z.string().optional(),
  remedy: z.string().optional(),
});

/** The runs of each hour, target and collection as one entry each, in the order of their first. What failed is counted, not told. */
export function foldByHour(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const hours = new Map<string, HistoryEntry>();
  for (const { error: _, remedy: __, ...entry } of entries) {
    const key = JSON.stringify([entry.time.slice(0, "2026-11-21T14".length), entry.target, entry.collection]);
    const before = hours.get(key);
    hours.set(key, before === undefined ? entry : add(before, entry));
  }
  return [...hours.values()];
}

function add(before: HistoryEntry, entry: HistoryEntry): HistoryEntry {
  return {
    ...entry,
    runs: before.runs + entry.runs,
    failed: before.failed + entry.failed,
    read: before.read + entry.read,
    delivered: before.delivered + entry.delivered,
    skipped: before.skipped + entry.skipped,
    refused: before.refused + entry.refused,
    duration_ms: before.duration_ms + entry.duration_ms,
    position: entry.position ?? before.position,
  };
}

/**
 * The entries of the last run of each target, and, where that came to no collection, those of the last one that did: what is known of
 * the collections stays, under its own time. The last is the one furthest down in the file, so a clock that went back misleads nobody.
 */
export function lastRuns(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  return [...new Set(entries.map(({ target }) => target))].toSorted().flatMap((target) => {
    const own = entries.filter((entry) => entry.target === target);
    const last = own.at(-1);
    const complete = own.findLast(({ collection }) => collection !== undefined);
    return own.filter((entry) => (entry.time === complete?.time && entry.collection !== undefined) || entry === last);
  });
}
