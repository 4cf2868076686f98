import type { HttpResponse } from "../http/request.ts";

/** What an answer says about the key's request budget. A member is undefined where the answer does not say. */
export interface RateReport {
  /** Request units a minute. */
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Milliseconds from now to the end of the server's minute, 0 to 120,000. */
  readonly resetMs: number | undefined;
}

const nothing: RateReport = { limit: undefined, remaining: undefined, resetMs: undefined };
const longestResetMs = 120_000;

/**
 * Reads `X-RateLimit-Limit`, `-Remaining` and `-Reset`. An answer with an `Age` comes from a cache, with the budget of whenever it was
 * stored: it says nothing. `now` is in epoch milliseconds and serves only where the answer has no Date.
 */
export function readRateHeaders(response: HttpResponse, now: number): RateReport {
  if ((numberOf(response.header("age")) ?? 0) > 0) return nothing;
  const limit = numberOf(response.header("x-ratelimit-limit"));
  return {
    limit: limit !== undefined && limit >= 1 ? limit : undefined,
    remaining: numberOf(response.header("x-ratelimit-remaining")),
    resetMs: resetMs(numberOf(response.header("x-ratelimit-reset")), serverTime(response, now)),
  };
}

/** The server's own clock, rounded down to a second as HTTP dates are; `now` where it does not say. */
export function serverTime(response: HttpResponse, now: number): number {
  const date = Date.parse(response.header("date") ?? "");
  return Number.isNaN(date) ? now : date;
}

// A whole second may have been rounded down: the server's minute then ends up to a second later than it says.
const roundingMs = 1000;

/** The vendor says "Unix timestamp" and not which: milliseconds, seconds and seconds from now are told apart by their size. */
function resetMs(reset: number | undefined, serverNow: number): number | undefined {
  if (reset === undefined) return undefined;
  const wait = reset > 1e11 ? reset - serverNow : (reset < 1e6 ? reset * 1000 : reset * 1000 - serverNow) + roundingMs;
  return Math.min(longestResetMs, Math.max(0, wait));
}

function numberOf(header: string | undefined): number | undefined {
  // No number of fifteen digits is a count or a time; longer ones lose digits or are infinite.
  return header !== undefined && /^\s*\d{1,15}(\.\d{1,15})?\s*$/.test(header) ? Number(header) : undefined;
}
