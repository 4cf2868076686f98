import type { CheckpointStore } from "../pipeline/contract.ts";
import { positionName } from "./key.ts";
import { readRecord, writeRecord } from "./record.ts";

/** Positions that live as long as the process: for tests and for trying things out. */
export function createMemoryStore(): CheckpointStore {
  const records = new Map<string, string>();
  return {
    load: (key) => {
      const record = records.get(positionName(key));
      return Promise.resolve(record === undefined ? undefined : readRecord(record, "memory"));
    },
    save: (key, cursor) => {
      records.set(positionName(key), writeRecord(key, cursor));
      return Promise.resolve();
    },
  };
}
