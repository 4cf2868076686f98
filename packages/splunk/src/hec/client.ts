import { setTimeout as wait } from "node:timers/promises";
import { backOffMs, defaultRetryPolicy, TargetError, type Host, type RetryPolicy } from "@socdefenders/shared";
import type { SplunkConfig } from "../config.ts";
import type { Verdict } from "./answer.ts";
import { createEndpoints, type Channel, type Endpoint } from "./endpoints.ts";
import { createTransport, type Attempt } from "./transport.ts";

/** Times that tests shorten. */
export interface HecTiming {
  readonly retryPolicy: RetryPolicy;
  /** How long an address that does not answer is left out while there is another one, in milliseconds. Default 60,000. */
  readonly leaveOutMs: number;
  /** Pause before the first acknowledgement poll in milliseconds; it doubles up to ten times that. Default 1,000. */
  readonly pollMs: number;
}

const defaultTiming: HecTiming = { retryPolicy: defaultRetryPolicy, leaveOutMs: 60_000, pollMs: 1000 };

/** What is left of an answer once retries, fail-over, channels and acknowledgement are done with it. */
type Outcome = Extract<Verdict, { kind: "accepted" | "event-refused" | "too-large" | "no-data" }>;

export interface HecClient {
  /**
   * Sends concatenated events. Resolves when Splunk has taken them, and indexed them where the token has acknowledgement, or with what
   * it refuses. Throws TargetError when neither came in the tries there are, and the signal's reason on abort.
   */
  post(text: string, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

const mostSendings = 3;
const longestPauseMs = 15 * 60_000;

/** The HTTP Event Collector of one Splunk behind one or several addresses; a later one is used while the earlier ones fail. */
export function createHecClient(config: SplunkConfig, host: Host, given: Partial<HecTiming> = {}): HecClient {
  const { retryPolicy, leaveOutMs, pollMs } = { ...defaultTiming, ...given };
  const transport = createTransport(config, host, pollMs);
  const endpoints = createEndpoints(config.endpoints);
  /** Monotonic time before which no request starts, of any batch: Splunk is filling, or no address is left. */
  let notBefore = 0;

  /** Tries the addresses until one answers something else than "later". */
  async function deliver(text: string, signal: AbortSignal) {
    for (let tries = 1; ; tries += 1) {
      const endpoint = await nextEndpoint(signal);
      const attempt = await transport.attempt(endpoint, text, signal);
      if (attempt.kind === "answered") return attempt;
      const isLast = tries >= retryPolicy.attempts * endpoints.count;
      if (isLast || (attempt.isFinal && endpoints.count === 1)) throw attempt.error;
      const pauseMs = attempt.pauseMs ?? backOffMs(retryPolicy, Math.ceil(tries / endpoints.count));
      leaveOut(endpoint, attempt, pauseMs);
      // Longer than anybody waits for one request: the next run asks again.
      if (endpoints.available() === undefined && pauseMs > longestPauseMs) throw attempt.error;
    }
  }

  async function nextEndpoint(signal: AbortSignal): Promise<Endpoint> {
    const pause = notBefore - performance.now();
    if (pause > 0) await wait(pause, undefined, { signal });
    return endpoints.available() ?? endpoints.soonest();
  }

  function leaveOut(endpoint: Endpoint, { error, isDead }: Extract<Attempt, { kind: "later" }>, pauseMs: number): void {
    const outMs = isDead && endpoints.count > 1 ? Math.max(leaveOutMs, pauseMs) : pauseMs;
    endpoint.outUntil = performance.now() + outMs;
    const next = endpoints.available();
    if (next === undefined) slowDown(pauseMs);
    const what = next === undefined ? `trying again in ${(pauseMs / 1000).toFixed(1)} s` : `going on with ${next.origin.origin}`;
    host.log.info("retry", `${error.message}; ${what}`, { pause_ms: Math.round(pauseMs) });
  }

  function slowDown(pauseMs: number): void {
    notBefore = Math.max(notBefore, performance.now() + pauseMs);
  }

  async function isIndexed(ackId: number | undefined, channel: Channel | undefined, signal: AbortSignal): Promise<boolean> {
    if (config.acknowledgement === "off") return true;
    if (ackId !== undefined && channel !== undefined) return channel.acknowledgements.confirmed(ackId, signal);
    if (config.acknowledgement === "auto") return true;
    throw new TargetError("Splunk took the events without the acknowledgement that is required", {
      remedy: "Turn indexer acknowledgement on for this HEC token, or set acknowledgement to auto.",
    });
  }

  return {
    async post(text, signal) {
      for (let sendings = 1; sendings <= mostSendings; sendings += 1) {
        const { verdict, channel } = await deliver(text, signal);
        if ("error" in verdict) throw verdict.error;
        if (verdict.kind !== "accepted") return verdict;
        if (verdict.isFilling) slowDown(retryPolicy.baseMs);
        if (await isIndexed(verdict.ackId, channel, signal)) return verdict;
        host.log.warn("not_acknowledged", "a request was not acknowledged", { sendings });
      }
      const patience = `${config.acknowledgementTimeoutMs / 1000} s`;
      throw new TargetError(
        `no acknowledgement of a request that was sent ${mostSendings} times and waited for up to ${patience} each`,
        {
          remedy:
            "Look at the indexers' queues; a load balancer before HEC must keep a client at one node (sticky sessions). The page is sent again by the next run.",
        },
      );
    },
    close: () => transport.close(),
  };
}
