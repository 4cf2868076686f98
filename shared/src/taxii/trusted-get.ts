import { createSecret } from "../config/secret.ts";
import { FeedError } from "../errors/feed-error.ts";
import { NetworkError } from "../errors/network-error.ts";
import { printable, type HttpResponse } from "../http/request.ts";
import type { FeedConfig } from "./config.ts";
import type { SendOptions, SendToFeed } from "./send.ts";
import { isTrusted } from "./trust.ts";

/**
 * Asks the feed with its key. Redirects are followed among trusted hosts only; the answer is returned, whatever its status. Throws
 * FeedError where the feed cannot be reached or points to a host that must not see the key.
 */
export type TrustedGet = (url: URL, how: SendOptions, signal: AbortSignal) => Promise<HttpResponse>;

const mostRedirects = 3;

export function createTrustedGet(config: FeedConfig, sendToFeed: SendToFeed, accept: string): TrustedGet {
  const headers = { accept, "cache-control": "no-cache", ...authorization(config) };

  async function get(url: URL, how: SendOptions, signal: AbortSignal): Promise<HttpResponse> {
    let target = url;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      assertTrusted(target, config);
      const response = await send(target, how, signal);
      const location = redirectTarget(response, target);
      if (location === undefined) return response;
      target = location;
    }
    throw new FeedError(`GET ${printable(url)}: more than ${mostRedirects} redirects`, { remedy: "Check feed.endpoint." });
  }

  async function send(url: URL, how: SendOptions, signal: AbortSignal): Promise<HttpResponse> {
    try {
      return await sendToFeed({ method: "GET", url, headers, signal }, how);
    } catch (cause) {
      if (!(cause instanceof NetworkError)) throw cause;
      const isTooLarge = cause.code === "TOO_LARGE" || cause.code === "ERR_BUFFER_TOO_LARGE";
      throw new FeedError(isTooLarge ? cause.message : `the feed cannot be reached: ${cause.message}`, {
        remedy: isTooLarge
          ? "Ask for less at a time with a smaller feed.page_size."
          : (cause.remedy ?? `Check feed.endpoint (${config.endpoint.host}), the network and the proxy.`),
        cause,
      });
    }
  }

  return get;
}

function authorization({ auth, apiKey, username }: FeedConfig): Record<string, string> {
  if (auth === "x-api-key") return { "x-api-key": apiKey.reveal() };
  if (auth === "bearer") return { authorization: `Bearer ${apiKey.reveal()}` };
  const credential = createSecret(Buffer.from(`${username ?? ""}:${apiKey.reveal()}`).toString("base64"));
  return { authorization: `Basic ${credential.reveal()}` };
}

function assertTrusted(url: URL, config: FeedConfig): void {
  if (isTrusted(url, config.endpoint, config.trustedHosts)) return;
  throw new FeedError(`the feed at ${config.endpoint.host} points to ${url.protocol}//${url.host}, which must not see the key`, {
    remedy: `If that host belongs to the feed, add ${url.host} to feed.trusted_hosts.`,
  });
}

function redirectTarget(response: HttpResponse, from: URL): URL | undefined {
  const { status } = response;
  if (status < 300 || status > 399 || status === 304) return undefined;
  const location = response.header("location");
  const url = location === undefined ? null : URL.parse(location, from.href);
  if (url === null || url.username !== "" || url.password !== "") {
    throw new FeedError(`GET ${printable(from)}: redirect (${status}) to nowhere usable`, { remedy: "Check feed.endpoint." });
  }
  return url;
}
