import { NetworkError } from "../errors/network-error.ts";
import { systemClock, type Clock } from "../http/clock.ts";
import { printable, type HttpClient, type HttpRequest, type HttpResponse } from "../http/request.ts";
import { retryAfterMs } from "../http/retry-after.ts";
import { backOffMs, defaultPatienceMs, defaultRetryPolicy, isTemporary, type RetryPolicy } from "../http/retry.ts";
import type { Circuit } from "./circuit.ts";
import { readRateHeaders, serverTime } from "./rate-headers.ts";
import type { Pass, RateLimiter, RequestKind } from "./rate-limit.ts";

/** How a request to the feed is treated. */
export interface SendOptions {
  /** Default `other`. */
  readonly kind?: RequestKind;
  /** Whether it is made again when its outcome is unknown. False for a TAXII `next` cursor. Default true. */
  readonly repeatUnknown?: boolean;
}

/**
 * Sends a request with the feed's key. The answer is returned, whatever it is. Throws NetworkError where none came, FeedError where the
 * feed is not to be asked now, and the signal's reason on abort.
 */
export type SendToFeed = (request: HttpRequest, options?: SendOptions) => Promise<HttpResponse>;

export interface FeedSenderOptions {
  readonly http: HttpClient;
  readonly limiter: RateLimiter;
  readonly circuit: Circuit;
  /** `maximumMs` bounds the back-off after failures; that after 429 and 503 goes up to five minutes. */
  readonly policy?: RetryPolicy | undefined;
  readonly clock?: Clock | undefined;
}

const longestBackOffMs = 5 * 60_000;

/**
 * The one way to a feed: within the budget of its key, with the tries a failure deserves, and not at all while the feed is down. "Later"
 * (429, 503) is no failure of the request: whatever uses the key waits as long as the server says, a quarter of an hour at most in
 * one place; a longer pause ends the request, and further ones fail at once until it is over.
 */
export function createFeedSender(options: FeedSenderOptions): SendToFeed {
  const { circuit, clock = systemClock } = options;
  return async (request, how = {}) => {
    const { isProbe } = await circuit.enter(() => clock.now(), request.signal);
    try {
      const { answer, isOutage } = await trySending(request, how, isProbe, options);
      if (!(answer instanceof NetworkError)) {
        // Whatever it says: a feed that answers is there, and an error may be one address's own.
        circuit.close();
        return answer;
      }
      if (isOutage) circuit.open(describe(answer, request), clock.now());
      throw answer;
    } finally {
      // A probe that neither closed nor opened the circuit.
      if (isProbe) circuit.abandon();
    }
  };
}

interface Outcome {
  readonly answer: HttpResponse | NetworkError;
  /** The tries are used up, and no answer was one of a feed that is up. */
  readonly isOutage: boolean;
}

async function trySending(request: HttpRequest, how: SendOptions, isProbe: boolean, options: FeedSenderOptions): Promise<Outcome> {
  const { http, limiter, policy = defaultRetryPolicy, clock = systemClock } = options;
  const patienceMs = policy.patienceMs ?? defaultPatienceMs;
  const started = clock.now();
  for (let attempt = 1, failures = 0; ; attempt += 1) {
    const pass = await limiter.enter(how.kind ?? "other", patienceMs, http.log, request.signal);
    const answer = await attemptOnce(http, request, pass);
    const isLater = saysLater(answer);
    if (isFinal(answer, how.repeatUnknown ?? true)) return { answer, isOutage: false };
    const pauseMs = Math.round(isLater ? laterMs(answer, attempt, policy, clock.now()) : backOffMs(policy, attempt));
    // The limiter keeps the pause for everything that uses the key, also where this request does not wait for its end.
    if (isLater) limiter.postpone(pauseMs);
    if (statusOf(answer) !== 429) failures += 1;
    if (failures >= (isProbe ? 1 : policy.attempts)) return { answer, isOutage: true };
    if (isLater && clock.now() - started + pauseMs > patienceMs) return { answer, isOutage: false };
    http.log.info("retry", `${describe(answer, request)}; trying again in ${(pauseMs / 1000).toFixed(1)} s`, {
      attempt,
      pause_ms: pauseMs,
    });
    if (!isLater) await clock.wait(pauseMs, request.signal);
  }
}

async function attemptOnce(http: HttpClient, request: HttpRequest, pass: Pass): Promise<HttpResponse | NetworkError> {
  let response: HttpResponse | undefined;
  try {
    return (response = await http.send(request));
  } catch (error) {
    if (error instanceof NetworkError) return error;
    throw error;
  } finally {
    pass.settle(response);
  }
}

function isFinal(answer: HttpResponse | NetworkError, repeatUnknown: boolean): boolean {
  if (!(answer instanceof NetworkError)) return !isTemporary(answer.status);
  return !answer.retryable || (answer.sent && !repeatUnknown);
}

const statusOf = (answer: HttpResponse | NetworkError): number | undefined =>
  answer instanceof NetworkError ? undefined : answer.status;

function saysLater(answer: HttpResponse | NetworkError): answer is HttpResponse {
  return !(answer instanceof NetworkError) && (answer.status === 429 || answer.status === 503);
}

/**
 * What the server asks for: `Retry-After`, else the end of its minute, else a back-off. A date is read by the server's own clock. Where
 * it said "now" and refused again, the back-off is what keeps the two from a hot loop.
 */
function laterMs(answer: HttpResponse, attempt: number, policy: RetryPolicy, now: number): number {
  const asked = retryAfterMs(answer.header("retry-after"), serverTime(answer, now)) ?? readRateHeaders(answer, now).resetMs;
  const backOff = backOffMs({ ...policy, maximumMs: longestBackOffMs }, attempt);
  return asked === undefined || attempt > 1 ? Math.max(asked ?? 0, backOff) : asked;
}

function describe(answer: HttpResponse | NetworkError, { method, url }: HttpRequest): string {
  return answer instanceof NetworkError ? answer.message : `${method} ${printable(url)}: HTTP ${answer.status}`;
}
