import { redact } from "../config/secret.ts";

/** Exit codes of the `socdefenders` command and of every host process. */
export type ExitCode = 1 | 2 | 3 | 4 | 5;

export interface ConnectorErrorOptions {
  /** What the operator does about it, as one imperative sentence. */
  readonly remedy: string;
  readonly cause?: unknown;
}

/**
 * An error an operator can act on. `message` says what happened and where, never with a secret in it; `remedy` says what to do;
 * `exitCode` is what the process leaves with when nothing else handles it.
 */
export abstract class ConnectorError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly remedy: string;

  constructor(message: string, { remedy, cause }: ConnectorErrorOptions) {
    // A server may echo what it was sent: whatever is known as a secret is taken out here, before anybody can print it.
    super(redact(message), cause === undefined ? undefined : { cause });
    this.remedy = redact(remedy);
  }
}
