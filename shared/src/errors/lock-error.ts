import { ConnectorError } from "./connector-error.ts";

/** Another instance works on the same positions. Nothing was read; two at once would deliver twice and overwrite each other's position. */
export class LockError extends ConnectorError {
  override readonly name = "LockError";
  override readonly exitCode = 5;
}
