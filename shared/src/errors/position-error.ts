import { ConnectorError } from "./connector-error.ts";

/** A saved position is damaged or newer than this version: going on from a guess would lose or repeat objects, so nothing is read. */
export class PositionError extends ConnectorError {
  override readonly name = "PositionError";
  override readonly exitCode = 2;
}
