import { setTimeout as wait } from "node:timers/promises";
import { NetworkError } from "../errors/network-error.ts";
import { printable, type HttpClient, type HttpRequest, type HttpResponse } from "./request.ts";
import { retryAfterMs } from "./retry-after.ts";

/** When and how often a request is made again. */
export interface RetryPolicy {
  /** Requests in all, the first included. Default 5. */
  readonly attempts: number;
  /** Longest wait before the second request; it doubles with every further one. Default 1,000. */
  readonly baseMs: number;
  /** No back-off is longer; a server's Retry-After is obeyed in full, up to `patienceMs`. Default 60,000. */
  readonly maximumMs: number;
  /** A request that is to wait longer than this ends with the answer that said so. Default 15 minutes. */
  readonly patienceMs?: number;
  /** How long a feed that is down is left alone at first; twice as long after each further failure. Default 30,000. */
  readonly coolDownMs?: number;
  /** Whether a request whose outcome is unknown (reset, time-out) is repeated. False for a TAXII `next` cursor. Default true. */
  readonly repeatUnknown: boolean;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 5, baseMs: 1000, maximumMs: 60_000, repeatUnknown: true };

export const defaultPatienceMs: number = 15 * 60_000;

/** Answers that say "later", not "no": too many requests and the gateway and server troubles that pass. */
export function isTemporary(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * Sends a request until its answer is not temporary or the tries are used up; the last answer is returned, whatever it is. Waits
 * what `Retry-After` says, else a full-jitter back-off. Throws the last {@link NetworkError} where no answer ever came, and the
 * signal's reason on abort.
 */
export async function sendWithRetry(
  http: HttpClient,
  request: HttpRequest,
  policy: RetryPolicy = defaultRetryPolicy,
): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt >= policy.attempts;
    const answer = await attemptOnce(http, request);
    if (answer instanceof NetworkError) {
      if (isLast || !answer.retryable || (answer.sent && !policy.repeatUnknown)) throw answer;
    } else if (isLast || !isTemporary(answer.status)) return answer;
    const pauseMs = Math.round(waitMs(answer, attempt, policy));
    // Longer than anybody waits for one request: the answer stands, and the next run asks again.
    if (pauseMs > (policy.patienceMs ?? defaultPatienceMs) && !(answer instanceof NetworkError)) return answer;
    const reason =
      answer instanceof NetworkError ? answer.message : `${request.method} ${printable(request.url)}: HTTP ${answer.status}`;
    http.log.info("retry", `${reason}; trying again in ${(pauseMs / 1000).toFixed(1)} s`, {
      attempt,
      attempts: policy.attempts,
      pause_ms: pauseMs,
    });
    await wait(pauseMs, undefined, { signal: request.signal });
  }
}

async function attemptOnce(http: HttpClient, request: HttpRequest): Promise<HttpResponse | NetworkError> {
  try {
    return await http.send(request);
  } catch (error) {
    if (error instanceof NetworkError) return error;
    throw error;
  }
}

function waitMs(answer: HttpResponse | NetworkError, attempt: number, policy: RetryPolicy): number {
  const asked = answer instanceof NetworkError ? undefined : retryAfterMs(answer.header("retry-after"), Date.now());
  return asked ?? backOffMs(policy, attempt);
}

/** Full-jitter back-off in milliseconds after the given attempt (1 for the first): anything up to a bound that doubles each time. */
export function backOffMs({ baseMs, maximumMs }: RetryPolicy, attempt: number): number {
  return Math.random() * Math.min(maximumMs, baseMs * 2 ** (attempt - 1));
}
