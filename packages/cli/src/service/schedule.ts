import type { Clock } from "@socdefenders/shared";

const shortestMs = 60_000;

/** When a target is polled next, in epoch milliseconds: at `due`, or from `earliest` on where another one is polled then. */
export interface Turn {
  readonly earliest: number;
  readonly due: number;
}

/**
 * The turn after a run that ended at `now`: the configured seconds later, a tenth more or less, so that installations that were started
 * together do not ask together for ever. Behind `failures` runs in a row that failed a minute later at first, then twice as long each
 * time up to the configured seconds. Never under a minute, for which the feed's cache holds. `random` is 0 to 1.
 */
export function nextTurn(pollSeconds: number, failures: number, now: number, random: number = Math.random()): Turn {
  const periodMs = pollSeconds * 1000;
  const pauseMs = failures === 0 ? periodMs : Math.min(periodMs, shortestMs * 2 ** Math.min(failures - 1, 20));
  const after = (share: number): number => now + Math.max(shortestMs, Math.round(pauseMs * share));
  return { earliest: after(0.9), due: after(0.9 + 0.2 * random) };
}

/** Where targets wait for their turns. */
export interface WaitingRoom {
  /**
   * Resolves when it is due, and together with any other turn that comes from `earliest` on: what is polled together is read once.
   * Throws the signal's reason on abort.
   */
  until(turn: Turn, signal: AbortSignal): Promise<void>;
}

export function openWaitingRoom(clock: Clock): WaitingRoom {
  const waiting = new Set<{ readonly earliest: number; readonly call: AbortController }>();
  return {
    async until({ earliest, due }, signal) {
      const own = { earliest, call: new AbortController() };
      waiting.add(own);
      try {
        await clock.wait(due - clock.now(), AbortSignal.any([signal, own.call.signal]));
      } catch (error) {
        signal.throwIfAborted();
        if (!own.call.signal.aborted) throw error;
        return;
      } finally {
        waiting.delete(own);
      }
      for (const other of waiting) if (other.earliest <= clock.now()) other.call.abort();
    },
  };
}
