import type { ConnectorError, Logger } from "@socdefenders/shared";
import { inParameterNames } from "./parameter-names.ts";

/** The line of splunkd.log that says what failed and what to do; `prefix` says where. */
export function logFailure(log: Logger, { message, remedy }: ConnectorError, prefix: string = ""): void {
  log.error("failed", `${prefix}${inParameterNames(message)}`, { remedy: inParameterNames(remedy) });
}
