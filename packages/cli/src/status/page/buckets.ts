import type { HistoryEntry } from "../history-entry.ts";
import { lagSeconds } from "../status.ts";

/** What a plot covers: `steps` bars of `stepMs` each, the last one with the present in it; every `labelEvery` ms has a label. */
export interface Range {
  readonly name: string;
  readonly title: string;
  readonly step: string;
  readonly stepMs: number;
  readonly steps: number;
  readonly labelEvery: number;
}

const hour = 3_600_000;
const day = 24 * hour;

export const ranges: readonly [Range, ...Range[]] = [
  { name: "24h", title: "24 hours", step: "hour", stepMs: hour, steps: 24, labelEvery: 6 * hour },
  { name: "7d", title: "7 days", step: "6 hours", stepMs: 6 * hour, steps: 28, labelEvery: 2 * day },
  { name: "30d", title: "30 days", step: "day", stepMs: day, steps: 30, labelEvery: 7 * day },
];

/** What the runs of one target did in one step of a range. Times are in epoch milliseconds, the end is exclusive. */
export interface Bucket {
  readonly start: number;
  readonly end: number;
  readonly runs: number;
  readonly failed: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly refused: number;
  /** Seconds, of the collection that was furthest behind at its last run; null where none has a position. */
  readonly lag: number | null;
}

/** The steps of a range up to `now`, in epoch milliseconds, empty ones too. What lies outside of it, a clock's future too, is left out. */
export function bucketsOf(entries: readonly HistoryEntry[], { stepMs, steps }: Range, now: number): readonly Bucket[] {
  const last = Math.floor(now / stepMs) * stepMs;
  const byStart = Map.groupBy(entries, ({ time }) => Math.floor(Date.parse(time) / stepMs) * stepMs);
  return Array.from({ length: steps }, (_, place) => {
    const start = last - (steps - 1 - place) * stepMs;
    const own = byStart.get(start) ?? [];
    return { start, end: start + stepMs, ...totals(own), lag: worstLag(own) };
  });
}

function totals(entries: readonly HistoryEntry[]): Omit<Bucket, "start" | "end" | "lag"> {
  const sum = { runs: 0, failed: 0, delivered: 0, skipped: 0, refused: 0 };
  for (const entry of entries) {
    sum.runs += entry.runs;
    sum.failed += entry.failed;
    sum.delivered += entry.delivered;
    sum.skipped += entry.skipped;
    sum.refused += entry.refused;
  }
  return sum;
}

function worstLag(entries: readonly HistoryEntry[]): number | null {
  const lags = new Map<string | undefined, number>();
  for (const { collection, position, time } of entries) {
    const lag = position === null ? null : lagSeconds(position, Date.parse(time));
    if (lag !== null) lags.set(collection, lag);
  }
  return lags.size === 0 ? null : Math.max(...lags.values());
}
