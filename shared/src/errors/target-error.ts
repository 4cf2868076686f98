import { ConnectorError } from "./connector-error.ts";

/** A target did not confirm what it was given. The page in hand is not delivered; it is read and sent again by the next run. */
export class TargetError extends ConnectorError {
  override readonly name = "TargetError";
  override readonly exitCode = 4;
}
