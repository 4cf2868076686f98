import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { PositionError } from "../errors/position-error.ts";
import { parseRecord, type PositionRecord } from "./record.ts";
import { unlessMissing } from "../unless-missing.ts";

/** A position file of a directory; `record` is undefined where `problem` says why it cannot be read. */
export interface SavedPosition {
  readonly path: string;
  readonly record?: PositionRecord | undefined;
  readonly problem?: PositionError | undefined;
}

/** Every position that a file store keeps in the directory, by file name; none where there is no directory yet. */
export async function listPositions(directory: string): Promise<readonly SavedPosition[]> {
  const names = await readdir(directory).catch(unlessMissing([]));
  const files = names.filter((name) => /^[^.].*-[0-9a-f]{16}\.json$/.test(name)).toSorted();
  return Promise.all(files.map((name) => readPosition(join(directory, name))));
}

async function readPosition(path: string): Promise<SavedPosition> {
  try {
    return { path, record: parseRecord(await readFile(path, "utf8"), path) };
  } catch (error) {
    return { path, problem: error instanceof PositionError ? error : unreadable(path, error as Error) };
  }
}

/** Another user's, for instance: no reason to stop those who can be read. */
function unreadable(path: string, cause: Error): PositionError {
  return new PositionError(`the saved position in ${path} cannot be read: ${cause.message}`, {
    remedy: "Check state_directory and its permissions.",
    cause,
  });
}

/** Removes a position for good: the next run reads that collection from `feed.start`. */
export async function removePosition({ path }: SavedPosition): Promise<void> {
  await unlink(path);
}
