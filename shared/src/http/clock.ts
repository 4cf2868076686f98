import { setTimeout as sleep } from "node:timers/promises";

/** Time as the request budget sees it; tests bring their own and run days of it in milliseconds. */
export interface Clock {
  /** Epoch milliseconds that never step back. */
  now(): number;
  /** Resolves after that many milliseconds. Throws the signal's reason on abort. */
  wait(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** The clock of this machine. Not `Date.now`: a corrected system time must neither lock a budget up nor refill it. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async wait(ms, signal) {
    try {
      await sleep(ms, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
