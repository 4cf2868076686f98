import { mkdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { appendLines } from "../checkpoint/append-lines.ts";
import { TargetError } from "../errors/target-error.ts";
import { createTurns } from "../turns.ts";
import { unlessMissing } from "../unless-missing.ts";
import { toDeadLetter, type DeadLetters } from "./entry.ts";
import { deadLetterFile, fullFileName, listFullFiles } from "./files.ts";
import { readDeadLetterFile } from "./read.ts";

/** How much is kept. */
export interface DeadLetterLimits {
  /** A file this large is set aside and a new one begun; one page may carry it past that. Default 32 MiB. */
  readonly fileBytes: number;
  /** Files in all; the oldest one goes. Default 4. */
  readonly files: number;
}

const defaultLimits: DeadLetterLimits = { fileBytes: 32 * 1024 * 1024, files: 4 };

/**
 * Appends to `dead-letter.ndjson` in the directory, mode 0600. A full file is renamed, which a crash cannot leave half done. Calls are
 * served one after another, so the targets of one process share one of these.
 */
export function createFileDeadLetters(directory: string, limits: DeadLetterLimits = defaultLimits): DeadLetters {
  const inTurn = createTurns();
  return {
    add(key, rejected) {
      const time = new Date().toISOString();
      const lines = rejected.map((one) => `${JSON.stringify(toDeadLetter(key, one, time))}\n`);
      return inTurn(() => keep(directory, lines.join(""), limits));
    },
  };
}

async function keep(directory: string, content: string, limits: DeadLetterLimits): Promise<number> {
  const path = join(directory, deadLetterFile);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const dropped = await makeRoom(directory, path, limits);
    await appendLines(path, content);
    return dropped;
  } catch (cause) {
    throw new TargetError(`dead letters could not be kept in ${path}: ${(cause as Error).message}`, {
      remedy: "Make the state directory writable and see that the disk has room. The page is sent again by the next run.",
      cause,
    });
  }
}

/** Sets a full file aside and removes the oldest ones that are too many; resolves with the number of their entries. */
async function makeRoom(directory: string, path: string, { fileBytes, files }: DeadLetterLimits): Promise<number> {
  const size = (await stat(path).catch(unlessMissing(undefined)))?.size ?? 0;
  if (size < fileBytes) return 0;
  // Splunk runs an input a process in one directory: another one may have been faster.
  await rename(path, join(directory, fullFileName(new Date()))).catch(unlessMissing(undefined));
  let dropped = 0;
  for (const oldest of (await listFullFiles(directory)).toReversed().slice(files - 1)) {
    for await (const { entry } of readDeadLetterFile(oldest)) if (entry !== undefined) dropped += 1;
    await unlink(oldest).catch(unlessMissing(undefined));
  }
  return dropped;
}
