import { ConnectorError, untilAborted, type ExitCode, type Logger, type Look } from "@socdefenders/shared";
import type { CheckLine } from "./line.ts";

/** Something that is checked by itself: the feed, a target. */
export interface Part {
  readonly name: string;
  /** What it counts as when it does not answer in time. */
  readonly exitCode: ExitCode;
  /** Looks at one thing after the other. May throw what `look` has thrown. */
  examine(look: Look, signal: AbortSignal): Promise<void>;
}

export interface PartOptions {
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const slowMs = 5000;

/** Looks at one part within its time and gives what was found, in that order. Throws the signal's reason and nothing else. */
export async function examinePart(part: Part, { timeoutMs, log, signal }: PartOptions): Promise<readonly CheckLine[]> {
  const { name: target } = part;
  const lines: CheckLine[] = [];
  let current = "open";
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), timeoutMs);
  const slow = setInterval(() => log.info("checking", `${target}: waiting for ${current}`, { target, check: current }), slowMs);

  const takeDown = (error: unknown): void => {
    const failure = late.signal.aborted ? tooLate(timeoutMs, part.exitCode) : toFailure(error);
    lines.push({ check: current, target, status: "failed", ...failure });
  };
  const look: Look = async (check, examine) => {
    late.signal.throwIfAborted();
    current = check;
    try {
      const { message, remedy = null } = await examine();
      late.signal.throwIfAborted();
      lines.push({ check, target, status: remedy === null ? "ok" : "warning", message, remedy, exitCode: 0 });
      current = "close";
    } catch (error) {
      // What is late has been taken down already.
      if (!signal.aborted && !late.signal.aborted) takeDown(error);
      throw error;
    }
  };

  try {
    // Not every SDK looks at its signal: what it was asked for is left behind.
    await untilAborted(part.examine(look, AbortSignal.any([signal, late.signal])), late.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!lines.some(({ status }) => status === "failed")) takeDown(error);
  } finally {
    clearTimeout(timer);
    clearInterval(slow);
  }
  return lines;
}

type Failure = Pick<CheckLine, "message" | "remedy" | "exitCode">;

function toFailure(error: unknown): Failure {
  if (error instanceof ConnectorError) return { message: error.message, remedy: error.remedy, exitCode: error.exitCode };
  const message = `unexpected: ${error instanceof Error ? error.message : String(error)}`;
  return { message, remedy: "Report this, with the lines of the log.", exitCode: 1 };
}

function tooLate(timeoutMs: number, exitCode: ExitCode): Failure {
  const remedy = "See what holds the answer up (network, proxy, load), or give it longer with --timeout.";
  return { message: `no answer within ${timeoutMs / 1000} s`, remedy, exitCode };
}
