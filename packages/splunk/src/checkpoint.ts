import { join } from "node:path";
import {
  createFileStore,
  PositionError,
  positionName,
  type CheckpointStore,
  type ConnectorError,
  type PositionKey,
} from "@socdefenders/shared";

/** Positions under the `checkpoint_dir` that splunkd gives a modular input: local to the machine, kept over upgrades. */
export function openCheckpoints(checkpointDirectory: string): CheckpointStore {
  return createFileStore(checkpointDirectory);
}

/**
 * A failure that removing the position mends, with the file to remove: an input has no command that does it. Whether a collection was
 * rebuilt is the administrator's to find out, so that no parameter accepts it for every run to come.
 */
export function withPositionFile(failure: ConnectorError, checkpointDirectory: string, key: PositionKey): ConnectorError {
  if (!(failure instanceof PositionError)) return failure;
  const file = join(checkpointDirectory, `${positionName(key)}.json`);
  return new PositionError(failure.message, { remedy: `${failure.remedy} The position is the file ${file}.`, cause: failure });
}
