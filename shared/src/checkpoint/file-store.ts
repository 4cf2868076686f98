import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PositionError } from "../errors/position-error.ts";
import { TargetError } from "../errors/target-error.ts";
import type { CheckpointStore } from "../pipeline/contract.ts";
import { positionName } from "./key.ts";
import { readRecord, writeRecord } from "./record.ts";
import { replaceFile } from "./replace-file.ts";

/** Positions as one JSON file each in a directory that is made when first needed. Files are mode 0600. */
export function createFileStore(directory: string): CheckpointStore {
  return {
    async load(key) {
      const path = join(directory, `${positionName(key)}.json`);
      const text = await readIfPresent(path);
      return text === undefined ? undefined : readRecord(text, path);
    },
    async save(key, cursor) {
      await replaceFile(directory, `${positionName(key)}.json`, writeRecord(key, cursor)).catch((cause: Error) => {
        throw new TargetError(`the position could not be saved in ${directory}: ${cause.message}`, {
          remedy: "Make the state directory writable and see that the disk has room.",
          cause,
        });
      });
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
