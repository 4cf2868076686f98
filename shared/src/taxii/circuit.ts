import { FeedError } from "../errors/feed-error.ts";
import { untilAborted } from "../until-aborted.ts";

/** Keeps requests from a feed that is out of reach. */
export interface Circuit {
  /**
   * To be awaited before a request's first try; says whether it is the one probe of a feed that was down, whose outcome the others wait
   * for. Throws FeedError while the circuit is open, without asking the feed, and the signal's reason on abort.
   */
  enter(now: () => number, signal?: AbortSignal): Promise<{ readonly isProbe: boolean }>;
  /** The feed answered. */
  close(): void;
  /** A request has used up its tries, the last of which met `reason`. */
  open(reason: string, now: number): void;
  /** The probe ended without an answer or a failure, by an abort for instance: the next request is one. */
  abandon(): void;
}

const longestCoolDownMs = 10 * 60_000;

/** A circuit breaker. It stays open for that long (milliseconds), and twice as long after each probe that fails, up to ten minutes. */
export function createCircuit(firstCoolDownMs: number = 30_000): Circuit {
  let opened: { readonly until: number; readonly coolDownMs: number; readonly reason: string } | undefined;
  let probe: PromiseWithResolvers<void> | undefined;

  const endProbe = (): void => {
    probe?.resolve();
    probe = undefined;
  };

  return {
    async enter(now, signal) {
      for (;;) {
        if (opened === undefined) return { isProbe: false };
        if (probe === undefined) {
          if (now() < opened.until) throw openError(opened.reason, opened.until);
          probe = Promise.withResolvers<void>();
          return { isProbe: true };
        }
        await (signal === undefined ? probe.promise : untilAborted(probe.promise, signal));
      }
    },
    close() {
      opened = undefined;
      endProbe();
    },
    open(reason, now) {
      // Requests that were under way together fail together: that is one failure.
      if (opened !== undefined && probe === undefined) return;
      const coolDownMs = Math.min(longestCoolDownMs, opened === undefined ? firstCoolDownMs : opened.coolDownMs * 2);
      opened = { until: now + coolDownMs, coolDownMs, reason };
      endProbe();
    },
    abandon: endProbe,
  };
}

function openError(reason: string, until: number): FeedError {
  return new FeedError(`the feed is down: ${reason}; it is not asked again before ${new Date(until).toISOString()}`, {
    remedy: "Wait until the feed is back; the position is saved, and the next run goes on from it.",
  });
}
