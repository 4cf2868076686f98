import { setTimeout as wait } from "node:timers/promises";

/** What a poll of one channel brought: the ids that are indexed now, "later" where it could not be asked, "lost" where the channel is gone. */
export type PollAnswer = readonly number[] | "later" | "lost";

export interface AcknowledgementOptions {
  /** `POST /services/collector/ack` for the ids that are waited for. */
  readonly poll: (ids: readonly number[]) => Promise<PollAnswer>;
  /** Wait before the first poll in milliseconds; it doubles up to ten times that. */
  readonly pollMs: number;
  /** How long an id is waited for. */
  readonly deadlineMs: number;
  /** Told of an id that came twice: nothing that is said about ids of this channel can be relied on any more. */
  readonly onRepeatedId: () => void;
}

/** Waits for the indexer acknowledgement of requests on one channel, all of them in one poll. */
export interface Acknowledgements {
  /** True once the events of the request are indexed, false where that will not be known: then they are sent again. */
  confirmed(ackId: number, signal: AbortSignal): Promise<boolean>;
}

interface Waiter {
  readonly deadline: number;
  readonly settle: (isConfirmed: boolean) => void;
}

/**
 * Splunk tells `true` once per id, so that each answer of a poll is used at once (Splunk, "About HEC Indexer Acknowledgment"). It counts
 * ids from 0 for each channel and node: one that comes while another request of that id is open says that the count began anew, at a
 * restart or at another node behind the load balancer. A `true` could then be either one's, so that none of them is believed.
 */
export function createAcknowledgements({ poll, pollMs, deadlineMs, onRepeatedId }: AcknowledgementOptions): Acknowledgements {
  const waiters = new Map<number, Waiter>();
  // Ids without a `true` so far, those that nobody waits for any more included.
  const open = new Set<number>();
  let isUnreliable = false;
  let polling: Promise<void> | undefined;
  let pausing = new AbortController();

  async function pollWhileNeeded(): Promise<void> {
    for (let pause = pollMs; waiters.size > 0; pause = Math.min(pause * 2, pollMs * 10)) {
      pausing = new AbortController();
      await wait(pause, undefined, { signal: pausing.signal }).catch(() => undefined);
      if (waiters.size > 0) settle(await poll([...waiters.keys()]));
    }
  }

  function settle(answer: PollAnswer): void {
    if (typeof answer !== "string" && !isUnreliable) for (const id of answer) finish(id, true);
    for (const [id, { deadline }] of waiters) if (answer === "lost" || performance.now() >= deadline) finish(id, false);
  }

  /** Whether the id may be waited for. Everybody is told where it may not. */
  function takeId(id: number): boolean {
    if (open.has(id) && !isUnreliable) {
      isUnreliable = true;
      settle("lost");
      pausing.abort();
      onRepeatedId();
    }
    open.add(id);
    return !isUnreliable;
  }

  function finish(id: number, isConfirmed: boolean): void {
    if (isConfirmed) open.delete(id);
    waiters.get(id)?.settle(isConfirmed);
    waiters.delete(id);
  }

  return {
    confirmed: (ackId, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          waiters.delete(ackId);
          // Nobody waits any more: a pause that goes on would only keep the process alive.
          if (waiters.size === 0) pausing.abort();
          reject(signal.reason as Error);
        };
        if (signal.aborted) return stop();
        if (!takeId(ackId)) return resolve(false);
        signal.addEventListener("abort", stop, { once: true });
        waiters.set(ackId, {
          deadline: performance.now() + deadlineMs,
          settle: (isConfirmed) => {
            signal.removeEventListener("abort", stop);
            resolve(isConfirmed);
          },
        });
        polling ??= pollWhileNeeded().finally(() => (polling = undefined));
      }),
  };
}
