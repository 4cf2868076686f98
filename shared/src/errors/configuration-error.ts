import { ConnectorError } from "./connector-error.ts";

/** The configuration or the call is wrong: nothing was read and nothing was sent. */
export class ConfigurationError extends ConnectorError {
  override readonly name = "ConfigurationError";
  override readonly exitCode = 2;
}
