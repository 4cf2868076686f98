import { createFileStore, type CheckpointStore } from "@socdefenders/shared";

/** Positions under the `checkpoint_dir` that splunkd gives a modular input: local to the machine, kept over upgrades. */
export function openCheckpoints(checkpointDirectory: string): CheckpointStore {
  return createFileStore(checkpointDirectory);
}
