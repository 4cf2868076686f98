import { ConnectorError, redact, type CollectionSummary } from "@socdefenders/shared";
import { addToHistory } from "./history.ts";
import type { HistoryEntry } from "./history-entry.ts";

/** What the targets of a run did, on its way into the history in the state directory. */
export interface LastRuns {
  note(summary: CollectionSummary): void;
  /** A run of a target that ended before its collections did. */
  noteFailure(target: string, error: Error): void;
  /** Adds what was noted to the history. Throws what the file system says. */
  save(): Promise<void>;
}

/** An error repeats what a server answered, which may be long. */
const longestError = 1000;

type Noted = Omit<HistoryEntry, "time">;

export function createLastRuns(directory: string, now: () => Date = () => new Date()): LastRuns {
  const noted: Noted[] = [];
  return {
    note: (summary) => void noted.push(entryOf(summary)),
    noteFailure(target, error) {
      // A collection that failed has told it already.
      if (noted.some((run) => run.target === target && run.failed > 0)) return;
      noted.push({ target, ...nothing, ...failureOf(error) });
    },
    async save() {
      if (noted.length === 0) return;
      const time = now();
      const entries = noted.map((entry) => ({ time: time.toISOString(), ...entry }));
      await addToHistory(directory, entries, time);
    },
  };
}

const nothing = { runs: 1, failed: 0, read: 0, delivered: 0, skipped: 0, refused: 0, duration_ms: 0, position: null };

function entryOf({
  target,
  collection,
  read,
  delivered,
  skipped,
  refused,
  duration_ms,
  position,
  failure,
}: CollectionSummary): Noted {
  const counts = { read, delivered, skipped, refused, duration_ms, position };
  return { target, collection, ...nothing, ...counts, ...(failure && failureOf(failure)) };
}

function failureOf(error: Error): Pick<HistoryEntry, "failed" | "error" | "remedy"> {
  const remedy = error instanceof ConnectorError ? error.remedy : undefined;
  return { failed: 1, error: redact(error.message).slice(0, longestError), remedy };
}
