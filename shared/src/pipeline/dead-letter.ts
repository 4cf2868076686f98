import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
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
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const file = await open(join(directory, deadLetterFile), "a", 0o600);
      try {
        await file.write(lines.join(""));
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}

export const deadLetterFile = "dead-letter.ndjson";
