import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { PositionError } from "../errors/position-error.ts";
import { TargetError } from "../errors/target-error.ts";
import type { CheckpointStore } from "../pipeline/contract.ts";
import { positionName } from "./key.ts";
import { readRecord, writeRecord } from "./record.ts";

/** Positions as one JSON file each in a directory that is made when first needed. Files are mode 0600. */
export function createFileStore(directory: string): CheckpointStore {
  return {
    async load(key) {
      const path = join(directory, `${positionName(key)}.json`);
      const text = await readIfPresent(path);
      return text === undefined ? undefined : readRecord(text, path);
    },
    async save(key, cursor) {
      await replaceFile(directory, `${positionName(key)}.json`, writeRecord(key, cursor));
    },
  };
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new PositionError(`the saved position cannot be read: ${(error as Error).message}`, {
      remedy: "Check state_directory and its permissions.",
      cause: error,
    });
  }
}

/** Write beside, fsync, rename over, fsync the directory: a crash leaves the old file or the new one, never a part. */
async function replaceFile(directory: string, name: string, content: string): Promise<void> {
  const temporary = join(directory, `.${name}.${randomUUID()}.tmp`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await withFile(temporary, "wx", async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    await rename(temporary, join(directory, name));
    await withFile(directory, "r", (file) => file.sync());
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw new TargetError(`the position could not be saved in ${directory}: ${(cause as Error).message}`, {
      remedy: "Make the state directory writable and see that the disk has room.",
      cause,
    });
  }
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
