import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const continuousPauseMs = 60_000;

/**
 * How long a run waits before it polls, in milliseconds. splunkd starts an input of `interval = 0` again as soon as it has left, so that
 * such a run waits until a minute has passed since the last poll; every other interval, a number or cron, is splunkd's business.
 */
export function pauseBeforePoll(interval: string | undefined, lastPoll: number | undefined, now: number): number {
  if (lastPoll === undefined || interval === undefined || interval.trim() === "" || Number(interval) !== 0) return 0;
  // A clock that was set back must not make it wait longer than once.
  return Math.min(continuousPauseMs, Math.max(0, lastPoll + continuousPauseMs - now));
}

/** When an input last polled, whatever came of it, in epoch milliseconds; undefined where it never did. */
export async function readLastPoll(directory: string, name: string): Promise<number | undefined> {
  const text = await readFile(join(directory, `${name}.polled`), "utf8").catch(() => "");
  return /^\d{12,14}$/.test(text) ? Number(text) : undefined;
}

export async function saveLastPoll(directory: string, name: string, now: number): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, `${name}.polled`), String(now), { mode: 0o600 });
}
