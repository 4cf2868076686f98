import { untilAborted } from "../until-aborted.ts";

/** One request that several wait for. It is given up only when the last of them has. */
export interface SharedRequest<Answer> {
  /** Resolves with the answer. Throws what the request failed with, or the signal's reason on abort. */
  join(signal: AbortSignal): Promise<Answer>;
  /** Whether it failed or was given up: nobody is to join it any more. */
  hasFailed(): boolean;
}

/** Sends at once, and once. `send` gets a signal that aborts when nobody waits any more. */
export function shareRequest<Answer>(send: (signal: AbortSignal) => Promise<Answer>): SharedRequest<Answer> {
  const abandoned = new AbortController();
  let hasFailed = false;
  let waiting = 0;
  const answer = send(abandoned.signal);
  answer.catch(() => (hasFailed = true));
  return {
    hasFailed: () => hasFailed || abandoned.signal.aborted,
    async join(signal) {
      signal.throwIfAborted();
      waiting += 1;
      try {
        return await untilAborted(answer, signal);
      } finally {
        waiting -= 1;
        // Of no effect once the answer is there.
        if (waiting === 0 && signal.aborted) abandoned.abort(signal.reason);
      }
    },
  };
}
