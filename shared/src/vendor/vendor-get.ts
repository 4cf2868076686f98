import type { FeedConfig } from "../taxii/config.ts";
import type { SendToFeed } from "../taxii/send.ts";
import { createTrustedGet, type TrustedGet } from "../taxii/trusted-get.ts";

/**
 * Asks the vendor's own API with the feed's key, under the rules of the feed. Its pages (authentication) name Bearer and X-API-Key only:
 * Basic belongs to TAXII, so its key goes as Bearer here.
 */
export function createVendorGet(config: FeedConfig, send: SendToFeed, accept: string): TrustedGet {
  return createTrustedGet({ ...config, auth: config.auth === "basic" ? "bearer" : config.auth }, send, accept);
}

/** A URL of the vendor's API, on the origin of the feed's endpoint. `path` starts with a slash. */
export function vendorUrl(config: FeedConfig, path: string): URL {
  return new URL(path, config.endpoint.origin);
}
