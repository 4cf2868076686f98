import { ConnectorError, type ExitCode } from "@socdefenders/shared";
import type { CheckLine } from "./line.ts";

/** Something that was looked at is wrong; what, has been printed already. The first failure decides the exit code. */
export class ChecksFailedError extends ConnectorError {
  override readonly name = "ChecksFailedError";
  override readonly exitCode: ExitCode;

  constructor(lines: readonly CheckLine[], first: CheckLine) {
    const failed = lines.filter(({ status }) => status === "failed").length;
    super(`${failed} of ${lines.length} checks failed, first ${first.check} of ${first.target}`, {
      remedy: "Do what the lines that begin with failed say, and check again.",
    });
    this.exitCode = first.exitCode === 0 ? 1 : first.exitCode;
  }
}
