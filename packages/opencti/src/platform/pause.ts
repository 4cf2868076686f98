const firstRetryMs = 60_000;

/**
 * Milliseconds from the end of a run to the start of the next: the period; behind `failures` runs in a row that failed or found the
 * platform's workers behind, a minute at first and twice as long each time, but never longer than the period.
 */
export function pauseMs(periodMs: number, failures: number): number {
  return failures === 0 ? periodMs : Math.min(periodMs, firstRetryMs * 2 ** Math.min(failures - 1, 20));
}
