import { clean, type ExitCode } from "@socdefenders/shared";

/** What came of looking at one thing. */
export interface CheckLine {
  /** Stable name of the thing: `token`, `collection`. */
  readonly check: string;
  /** What it belongs to: `configuration`, `state_directory`, `feed`, or a target's name. */
  readonly target: string;
  readonly status: "ok" | "warning" | "failed";
  readonly message: string;
  /** What to do; null where nothing is. */
  readonly remedy: string | null;
  /** With which code a process ends that this is the first failure of. */
  readonly exitCode: ExitCode | 0;
}

/** A line for people, in columns. */
export function formatLine({ check, target, status, message, remedy }: CheckLine): string {
  const head = `${status.padEnd(8)} ${clean(target).padEnd(15)} ${check.padEnd(15)}`;
  return `${head} ${clean(message)}${remedy === null ? "" : ` → ${clean(remedy)}`}\n`;
}

/** A line for machines. */
export function toJsonLine({ check, target, status, message, remedy }: CheckLine): string {
  return `${JSON.stringify({ check, target, status, message: clean(message), remedy: remedy === null ? null : clean(remedy) })}\n`;
}
