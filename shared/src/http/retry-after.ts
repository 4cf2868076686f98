// Nobody asks for thirty years: a number like this is the time itself, a mistake that servers make.
const leastEpochSeconds = 1e9;

/**
 * Milliseconds a `Retry-After` header asks to wait (RFC 9110 §10.2.3: seconds or an HTTP date), counted from `now` in epoch
 * milliseconds; undefined where the header is absent or unreadable.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) {
    const seconds = Number(header);
    return seconds < leastEpochSeconds ? seconds * 1000 : Math.max(0, seconds * 1000 - now);
  }
  // `Date.parse` takes many a number for a year.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
