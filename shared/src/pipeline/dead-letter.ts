import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TargetError } from "../errors/target-error.ts";
import type { PositionKey, Rejected } from "./contract.ts";

/** Keeps what could not be delivered, so that it is never just gone. */
export interface DeadLetters {
  /** Resolves when the entries are on disk; called before the position moves past them. */
  add(key: PositionKey, rejected: readonly Rejected[]): Promise<void>;
}

/** Appends one JSON object a line (`time`, `target`, `collection`, `reason`, `content`) to `dead-letter.ndjson` in the directory. */
export function createFileDeadLetters(directory: string): DeadLetters {
  return {
    async add({ target, collection }, rejected) {
      const time = new Date().toISOString();
      const lines = rejected.map((entry) => `${JSON.stringify({ time, target, collection, ...entry })}\n`);
      const path = join(directory, deadLetterFile);
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await appendFile(path, lines.join(""), { mode: 0o600, flush: true });
      } catch (cause) {
        throw new TargetError(`dead letters could not be kept in ${path}: ${(cause as Error).message}`, {
          remedy: "Make the state directory writable and see that the disk has room. The page is sent again by the next run.",
          cause,
        });
      }
    },
  };
}

export const deadLetterFile = "dead-letter.ndjson";
