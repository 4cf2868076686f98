import { FeedError } from "../errors/feed-error.ts";

/** Keeps requests from a feed that is down. */
export interface Circuit {
  /**
   * To be called before a request's first try; says whether it is the one probe of a feed that was down. Throws FeedError while the
   * circuit is open, without asking the feed.
   */
  enter(now: number): { readonly isProbe: boolean };
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
  let isProbing = false;
  return {
    enter(now) {
      if (opened === undefined) return { isProbe: false };
      if (isProbing) throw openError(`${opened.reason}; another request is trying it now`);
      if (now < opened.until)
        throw openError(`${opened.reason}; it is not asked again before ${new Date(opened.until).toISOString()}`);
      isProbing = true;
      return { isProbe: true };
    },
    close() {
      opened = undefined;
      isProbing = false;
    },
    open(reason, now) {
      // Requests that were under way together fail together: that is one failure.
      if (opened !== undefined && !isProbing) return;
      const coolDownMs = Math.min(longestCoolDownMs, opened === undefined ? firstCoolDownMs : opened.coolDownMs * 2);
      opened = { until: now + coolDownMs, coolDownMs, reason };
      isProbing = false;
    },
    abandon() {
      isProbing = false;
    },
  };
}

function openError(state: string): FeedError {
  return new FeedError(`the feed is down: ${state}`, {
    remedy: "Wait until the feed is back; the position is saved, and the next run goes on from it.",
  });
}
