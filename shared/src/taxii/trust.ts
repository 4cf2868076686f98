import { isLoopback } from "../http/address.ts";

/**
 * Whether a URL may receive the feed's credential: the endpoint's own host and its `www.` twin, and `trusted` host names (any port
 * unless one is given); over https, or http on a loopback host.
 */
export function isTrusted(url: URL, endpoint: URL, trusted: readonly string[]): boolean {
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) return false;
  return withoutWww(url.host) === withoutWww(endpoint.host) || trusted.includes(url.hostname) || trusted.includes(url.host);
}

const withoutWww = (host: string): string => host.replace(/^www\./, "");
