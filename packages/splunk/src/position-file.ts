import { join } from "node:path";
import { PositionError, positionName, RebuiltError, type ConnectorError, type PositionKey } from "@socdefenders/shared";

/**
 * A failure that removing the position mends, with the file to remove: an input has no command that does it. Whether a collection was
 * rebuilt is the administrator's to find out, so that no parameter accepts it for every run to come.
 */
export function withPositionFile(failure: ConnectorError, directory: string, key: PositionKey): ConnectorError {
  if (!(failure instanceof PositionError)) return failure;
  const remedy =
    failure instanceof RebuiltError
      ? "Ask the feed's operator; if it was rebuilt, remove the saved position: the next run reads the collection from start."
      : failure.remedy;
  const file = join(directory, `${positionName(key)}.json`);
  return new PositionError(failure.message, { remedy: `${remedy} It is the file ${file}.`, cause: failure });
}
