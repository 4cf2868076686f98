import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectorError, redact, replaceFile, type CollectionSummary } from "@socdefenders/shared";
import { z } from "zod";

/** What the last run did with one collection of one target; `collection` is absent where it came to none. */
export interface LastRun {
  readonly time: string;
  readonly target: string;
  readonly collection?: string | undefined;
  readonly delivered: number;
  readonly refused: number;
  readonly position: string | null;
  readonly error?: string | undefined;
  readonly remedy?: string | undefined;
}

/** The last run of each target, as it is kept in the state directory for whoever looks. */
export interface LastRuns {
  note(summary: CollectionSummary): void;
  /** A run of a target that ended before its collections did. */
  noteFailure(target: string, error: Error): void;
  /** Puts what was noted in the place of what is there of it; targets that are no more go. Throws what the file system says. */
  save(): Promise<void>;
}

const fileName = "status.ndjson";

export function createLastRuns(directory: string, targets: readonly string[], now: () => Date = () => new Date()): LastRuns {
  const noted: LastRun[] = [];
  return {
    note({ target, collection, delivered, refused, position, failure }) {
      const error = failure && { error: failure.message, remedy: failure.remedy };
      noted.push({ time: now().toISOString(), target, collection, delivered, refused, position, ...error });
    },
    noteFailure(target, error) {
      // A collection that failed has told it already.
      if (noted.some((run) => run.target === target && run.error !== undefined)) return;
      const remedy = error instanceof ConnectorError ? error.remedy : undefined;
      noted.push({
        time: now().toISOString(),
        target,
        delivered: 0,
        refused: 0,
        position: null,
        error: redact(error.message),
        remedy,
      });
    },
    async save() {
      const kept = (await readLastRuns(directory)).filter((run) => targets.includes(run.target) && !isReplaced(run, noted));
      await replaceFile(directory, fileName, [...kept, ...noted].map((run) => `${JSON.stringify(run)}\n`).join(""));
    },
  };
}

/** A run that came to no collection says nothing of them: what is known of those stays, under its own time. */
function isReplaced({ target, collection }: LastRun, noted: readonly LastRun[]): boolean {
  const own = noted.filter((run) => run.target === target);
  return own.some((run) => run.collection !== undefined) || (own.length > 0 && collection === undefined);
}

/** None where no run has ended yet; a damaged line is left out. */
export async function readLastRuns(directory: string): Promise<readonly LastRun[]> {
  const text = await readFile(join(directory, fileName), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      return lastRunSchema.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

const lastRunSchema: z.ZodType<LastRun> = z.object({
  time: z.string(),
  target: z.string(),
  collection: z.string().optional(),
  delivered: z.number(),
  refused: z.number(),
  position: z.string().nullable(),
  error: z.string().optional(),
  remedy: z.string().optional(),
});
