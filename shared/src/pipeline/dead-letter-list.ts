import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { deadLetterFile } from "./dead-letter.ts";

/** One entry of the dead letters, as it was written. */
export interface DeadLetter {
  readonly time: string;
  readonly target: string;
  readonly collection: string;
  readonly reason: string;
  readonly content: unknown;
}

const entrySchema: z.ZodType<DeadLetter> = z.object({
  time: z.string(),
  target: z.string(),
  collection: z.string(),
  reason: z.string(),
  content: z.unknown(),
});

/** The dead letters of a directory in the order they came, none where there is no file. A line that a crash cut is left out. */
export async function* readDeadLetters(directory: string): AsyncGenerator<DeadLetter, void, undefined> {
  const lines = createInterface({ input: createReadStream(join(directory, deadLetterFile), "utf8"), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      const entry = parseLine(line);
      if (entry !== undefined) yield entry;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function parseLine(line: string): DeadLetter | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
