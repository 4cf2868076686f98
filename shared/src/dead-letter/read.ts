import { createReadStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DeadLetter } from "./entry.ts";
import { deadLetterFile, listFullFiles } from "./files.ts";
import { unlessMissing } from "../unless-missing.ts";

/** A line of a file; `entry` is undefined where the line is none, a crash cut it for instance. */
export interface DeadLetterLine {
  readonly text: string;
  readonly entry: DeadLetter | undefined;
}

/** Every line of the dead letters of a directory in the order they came, none where there is no file. */
export async function* readDeadLetters(directory: string): AsyncGenerator<DeadLetterLine, void, undefined> {
  for (const path of await listDeadLetterFiles(directory)) yield* readDeadLetterFile(path);
}

/** The full files, the oldest first, and the one that is written to, whether it is there or not. */
export async function listDeadLetterFiles(directory: string): Promise<readonly string[]> {
  return [...(await listFullFiles(directory)), join(directory, deadLetterFile)];
}

/** The lines of one file, blank ones left out; none where the file is missing. */
export async function* readDeadLetterFile(path: string): AsyncGenerator<DeadLetterLine, void, undefined> {
  try {
    for await (const text of splitLines(createReadStream(path, "utf8"))) {
      if (text.trim() !== "") yield { text, entry: parseLine(text) };
    }
  } catch (error) {
    unlessMissing(undefined)(error);
  }
}

/** Lines end at "\n" alone: node:readline ends them at U+2028 and U+2029 too, which a JSON text may hold. */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let last = "";
  for await (const chunk of chunks) {
    const [first = "", ...others] = chunk.split("\n");
    const lines = [last + first, ...others];
    last = lines.pop() ?? "";
    yield* lines;
  }
  yield last;
}

function parseLine(text: string): DeadLetter | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const entrySchema: z.ZodType<DeadLetter> = z.object({
  id: z.string(),
  time: z.string(),
  target: z.string(),
  collection: z.string(),
  filter: z.string().optional(),
  reason: z.string(),
  attempts: z.number(),
  sha256: z.string(),
  refused: z.object({ items: z.array(z.number()), of: z.number() }).optional(),
  content: z.unknown(),
  content_cut_from: z.number().optional(),
});
