import { backOffMs, defaultPatienceMs, NetworkError, type Clock, type Logger, type RetryPolicy } from "@socdefenders/shared";
import { readAnswer, readNetworkError, type Verdict } from "./answer.ts";
import type { UploadClient } from "./client.ts";
import type { Pace } from "./pace.ts";

/** What an answer settles; everything else was tried again. */
type Settled = Extract<Verdict, { kind: "taken" | "unclear" }>;

export interface SenderOptions {
  readonly client: UploadClient;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly retryPolicy: RetryPolicy;
  readonly log: Logger;
}

/** Sends objects that are JSON already until the service has settled them. Throws TargetError and the signal's reason. */
export type Send = (objects: readonly string[], signal: AbortSignal) => Promise<Settled>;

/**
 * Makes requests at the pace and makes those again that may succeed later: while throttled as long as patience lasts, after other
 * troubles that pass as often as the policy says, once where the token is not accepted. The same objects again do no harm: the store
 * keeps one of each id.
 */
export function createSender({ client, pace, clock, retryPolicy, log }: SenderOptions): Send {
  const { patienceMs = defaultPatienceMs } = retryPolicy;

  async function attemptOnce(objects: readonly string[], signal: AbortSignal): Promise<Verdict> {
    const leave = await pace.enter(signal);
    try {
      return readAnswer(await client.upload(objects, signal), objects.length, client.where);
    } catch (error) {
      if (error instanceof NetworkError) return readNetworkError(error);
      throw error;
    } finally {
      leave();
    }
  }

  return async (objects, signal) => {
    let throttledMs = 0;
    let isRenewed = false;
    for (let attempt = 1; ;) {
      const verdict = await attemptOnce(objects, signal);
      if (verdict.kind === "taken" || verdict.kind === "unclear") return verdict;
      if (verdict.kind === "failed" || (verdict.kind === "unauthorised" && isRenewed)) throw verdict.error;
      if (verdict.kind === "unauthorised") {
        isRenewed = true;
        client.renewCredential();
        continue;
      }
      const isThrottled = verdict.kind === "throttled";
      if (!isThrottled && attempt >= retryPolicy.attempts) throw verdict.error;
      const pauseMs = Math.round(verdict.waitMs ?? backOffMs(retryPolicy, attempt));
      throttledMs += isThrottled ? pauseMs : 0;
      if (Math.max(pauseMs, throttledMs) > patienceMs) throw verdict.error;
      log.info("retry", `${verdict.error.message}; trying again in ${(pauseMs / 1000).toFixed(1)} s`, { pause_ms: pauseMs });
      if (isThrottled) pace.postpone(pauseMs);
      else {
        attempt += 1;
        await clock.wait(pauseMs, signal);
      }
    }
  };
}
