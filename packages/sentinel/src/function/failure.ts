import { clean, ConnectorError } from "@socdefenders/shared";
import { inSettingNames } from "./setting-names.ts";

/** What went wrong and what to do, clean, and in the words of the settings. */
export interface Failure {
  readonly message: string;
  readonly remedy: string;
}

/** An error as an operator of the function app reads it. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ConnectorError)
    return { message: clean(inSettingNames(error.message)), remedy: clean(inSettingNames(error.remedy)) };
  return {
    message: clean(`unexpected: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`),
    remedy: "Report it with the log of this run; the next run goes on from the saved position.",
  };
}

/** One error for all failures, for the host to show; what several destinations met alike is told once. */
export function toError(failures: readonly Failure[]): Error {
  const texts = new Set(failures.map(({ message, remedy }) => `${message}. ${remedy}`));
  return new Error([...texts].join(" | "));
}
