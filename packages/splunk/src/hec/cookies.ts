/** The cookies of one address: what keeps a client at the same node behind a load balancer (AWSALB and its like). */
export interface Cookies {
  /** Takes the `set-cookie` headers of an answer. */
  take(headers: readonly string[]): void;
  /** The `cookie` header of the next request; undefined where there is none. */
  header(): string | undefined;
}

/**
 * Name and value, the latest one wins, and an expiry in the past removes (RFC 6265, section 5.3). Domain and path are not looked at:
 * every request of these cookies goes to one origin that the operator named.
 */
export function createCookies(now: () => number = Date.now): Cookies {
  const cookies = new Map<string, string>();
  return {
    take(headers) {
      for (const header of headers) {
        const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(header) ?? [];
        if (name === undefined || value === undefined) continue;
        if (isPast(header, now())) cookies.delete(name);
        else cookies.set(name, value.trim());
      }
    },
    header: () => (cookies.size === 0 ? undefined : [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")),
  };
}

function isPast(header: string, now: number): boolean {
  const [, age] = /;\s*max-age\s*=\s*(-?\d+)/i.exec(header) ?? [];
  if (age !== undefined) return Number(age) <= 0;
  const [, expires] = /;\s*expires\s*=\s*([^;]+)/i.exec(header) ?? [];
  return expires !== undefined && Date.parse(expires) <= now;
}
