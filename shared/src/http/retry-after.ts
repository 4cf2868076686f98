/**
 * Milliseconds a `Retry-After` header asks to wait (RFC 9110 §10.2.3: seconds or an HTTP date), counted from `now` in epoch
 * milliseconds; undefined where the header is absent or unreadable.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
