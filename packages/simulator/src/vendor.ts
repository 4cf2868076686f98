import type { IncomingHttpHeaders } from "node:http";
import { failure, type FeedAnswer } from "./answer.ts";
import { answerArticle, type ArticlesOptions } from "./articles.ts";
import { credentialOf, simulatedKeys } from "./authentication.ts";
import type { Behaviour } from "./behaviour.ts";
import type { FeedRecord } from "./records.ts";
import { answerStixExport, type StixExportOptions } from "./stix-export.ts";

export interface VendorOptions {
  readonly records: readonly FeedRecord[];
  /** How articles are served beside the collections. */
  readonly articles?: ArticlesOptions | undefined;
  /** How the STIX export is served beside the collections. */
  readonly stixExport?: StixExportOptions | undefined;
}

/** Paths of the vendor's own API start with it. */
export const vendorPath = "/api/v1/";

/** The vendor's own API beside TAXII, on the same origin and with the same keys. Its pages name Bearer and X-API-Key only. */
export function answerVendor(headers: IncomingHttpHeaders, url: URL, options: VendorOptions, behaviour: Behaviour): FeedAnswer {
  const { scheme, key } = credentialOf(headers);
  if (key === undefined || scheme === "basic") {
    return failure(behaviour, { status: 401, code: "missing_api_key", message: "API key required" });
  }
  const isPro = key === simulatedKeys.pro;
  if (!isPro && key !== simulatedKeys.free) {
    return failure(behaviour, { status: 401, code: "invalid_api_key", message: "Invalid API key" });
  }
  const [, id] = /^articles\/([^/]+)$/.exec(url.pathname.slice(vendorPath.length)) ?? [];
  if (id !== undefined) return answerArticle({ id, query: url.searchParams, isPro }, options.articles, behaviour);
  if (url.pathname === `${vendorPath}iocs/stix`) return answerStixExport({ query: url.searchParams, isPro }, options, behaviour);
  return failure(behaviour, { status: 404, code: "not_found", message: `nothing at ${url.pathname}` });
}
