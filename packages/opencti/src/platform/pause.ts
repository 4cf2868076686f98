import { setTimeout as timer } from "node:timers/promises";

const firstRetryMs = 60_000;

// A timer of Node holds no more (24.8 days), and one that is set to more ends at once.
const longestTimerMs = 2 ** 31 - 1;

/**
 * Milliseconds from the end of a run to the start of the next: the period; behind `failures` runs in a row that failed or found the
 * platform's workers behind, a minute at first and twice as long each time, but never longer than the period.
 */
export function pauseMs(periodMs: number, failures: number): number {
  return failures === 0 ? periodMs : Math.min(periodMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
}

/** Waits for as long as it is told, months too. Rejects on abort. `wait` sets one timer. */
export async function pauseFor(milliseconds: number, signal: AbortSignal, wait: typeof timer = timer): Promise<void> {
  for (let left = milliseconds; left > 0; left -= longestTimerMs) await wait(Math.min(left, longestTimerMs), undefined, { signal });
}
