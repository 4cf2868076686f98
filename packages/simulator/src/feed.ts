import type { IncomingMessage, ServerResponse } from "node:http";
import { answerArticle, withArticleLinks, type ArticlesOptions } from "./articles.ts";
import { createRate, type RateOptions } from "./rate.ts";
import { sortableTime, type FeedRecord } from "./records.ts";
import { listen, sendJson, type RunningServer } from "./server.ts";
import { answerStixExport, type StixExportOptions } from "./stix-export.ts";
import type { VendorCall } from "./vendor.ts";

export interface FeedOptions {
  readonly records: readonly FeedRecord[];
  readonly port?: number | undefined;
  /** What an objects page looks like: the vendor's documents show a bundle without `more` in one place, an envelope in another. */
  readonly container?: "bundle" | "envelope" | undefined;
  /** Objects on one page at most, whatever the client asks for. Default 1,000. */
  readonly largestPage?: number | undefined;
  /** Limits each key as the vendor does, with rate headers; absent, nothing is limited and there are none. */
  readonly rate?: RateOptions | undefined;
  /** How articles are served beside the collections. */
  readonly articles?: ArticlesOptions | undefined;
  /** References from every tenth object to an article. Default none. */
  readonly articleLinks?: boolean | undefined;
  /** How the STIX export is served beside the collections. */
  readonly stixExport?: StixExportOptions | undefined;
  /** Looks at each request first; an answer given here is sent instead of the feed's own. For faults. */
  readonly intercept?: ((request: FeedRequest) => FeedAnswer | undefined) | undefined;
}

export interface FeedRequest {
  /** 1 for the first request to this feed. */
  readonly number: number;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

export interface FeedAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

export interface RunningFeed extends RunningServer {
  /** The discovery URL to configure. */
  readonly endpoint: string;
  /** Requests answered so far, faults included. */
  requests(): number;
}

/** A key that may read, and one whose plan does not include TAXII. Every other one is unknown. */
export const simulatedKeys = { pro: "sk_live_simulated_pro_0123456789", free: "sk_live_simulated_free_0123456789" } as const;

const mediaType = "application/taxii+json;version=2.1";

const identity = {
  type: "identity",
  spec_version: "2.1",
  id: "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e",
  created: "2024-01-01T00:00:00.000Z",
  name: "SOC Defenders",
  identity_class: "organization",
};

const isFilePattern = (pattern: unknown): boolean => typeof pattern === "string" && pattern.startsWith("[file:");

const collections = [
  { id: "soc-defenders-all", title: "All indicators", holds: () => true },
  { id: "soc-defenders-network", title: "Network indicators", holds: (pattern: unknown) => !isFilePattern(pattern) },
  { id: "soc-defenders-hashes", title: "File hashes", holds: isFilePattern },
];

/**
 * A SOC Defenders TAXII 2.1 feed as the vendor documents it: discovery at `/api/taxii2/`, the API root below it, three collections
 * with ids that are no UUIDs, the vendor's error bodies, and the identity first on every bundle.
 */
export async function startFeed(options: FeedOptions): Promise<RunningFeed> {
  let requests = 0;
  const rate = options.rate && createRate(options.rate);
  const server = await listen((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? "/", "http://feed");
    const fault = options.intercept?.({ number: requests, path: url.pathname, query: url.searchParams, headers: request.headers });
    if (fault !== undefined) return void response.writeHead(fault.status, fault.headers).end(fault.body);
    answer(request, response, url);
  }, options.port);

  // Looked up for each request: tests add records to the list they gave.
  const served = (): readonly FeedRecord[] => (options.articleLinks === true ? withArticleLinks(options.records) : options.records);

  function answer(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const limited = rate?.admit(keyOf(request) ?? "", url.pathname.endsWith("/objects/"));
    for (const [name, value] of Object.entries(limited?.headers ?? {})) response.setHeader(name, value);
    if (limited?.isRefused === true)
      return sendError(response, 429, limited.error.code, limited.error.message, limited.error.details);
    const call = { response, url, tier: tierOf(keyOf(request)) };
    if (answerArticle(call, options.articles)) return;
    if (answerStixExport(call, served(), { ...identity, modified: new Date().toISOString() }, options.stixExport)) return;
    if (!(request.headers.accept ?? "").includes("application/taxii+json;version=2.1")) {
      return sendError(response, 406, "not_acceptable", `Accept must be ${mediaType}`);
    }
    const refusal = refuse(keyOf(request));
    if (refusal !== undefined) return sendError(response, refusal.status, refusal.code, refusal.message, refusal.details);
    const [, objectsOf] = /^\/api\/taxii2\/api\/collections\/([^/]+)\/objects\/$/.exec(url.pathname) ?? [];
    if (url.pathname === "/api/taxii2/")
      return send(response, { title: "SOC Defenders TAXII 2.1 Server", default: `http://${request.headers.host}/api/taxii2/api/` });
    if (url.pathname === "/api/taxii2/api/collections/") return send(response, { collections: collections.map(describe) });
    if (objectsOf !== undefined) return sendObjects(response, decodeURIComponent(objectsOf), url.searchParams);
    return sendError(response, 404, "not_found", `nothing at ${url.pathname}`);
  }

  function sendObjects(response: ServerResponse, id: string, query: URLSearchParams): void {
    const collection = collections.find((candidate) => candidate.id === id);
    if (collection === undefined) return sendError(response, 404, "collection_not_found", `no collection ${id}`);
    const limit = Math.min(Number(query.get("limit") ?? 100), options.largestPage ?? 1000);
    if (!(limit >= 1)) return sendError(response, 400, "invalid_limit", "limit must be a positive number");
    const addedAfter = sortableTime(query.get("added_after") ?? "1970-01-01T00:00:00Z");
    const matching = served().filter(({ date_added, object }) => date_added > addedAfter && collection.holds(object["pattern"]));
    const first = readCursor(query.get("next"), addedAfter);
    if (first === undefined) return sendError(response, 400, "invalid_next", "'next' is not valid with these parameters");
    const page = matching.slice(first, first + limit);
    const hasMore = matching.length > first + limit;
    const headers =
      page.length === 0
        ? {}
        : {
            "x-taxii-date-added-first": page[0]?.date_added ?? "",
            "x-taxii-date-added-last": page.at(-1)?.date_added ?? "",
          };
    send(
      response,
      options.container === "envelope"
        ? envelope(page, hasMore ? writeCursor(first + limit, addedAfter) : undefined)
        : bundle(page),
      headers,
    );
  }

  return { ...server, endpoint: `${server.url}/api/taxii2/`, requests: () => requests };
}

function bundle(page: readonly FeedRecord[]): unknown {
  // The vendor's identity carries the time of the answer as `modified`.
  const objects = [{ ...identity, modified: new Date().toISOString() }, ...page.map(({ object }) => object)];
  return { type: "bundle", id: "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", objects };
}

function envelope(page: readonly FeedRecord[], next: string | undefined): unknown {
  if (page.length === 0) return {};
  return { more: next !== undefined, ...(next !== undefined && { next }), objects: page.map(({ object }) => object) };
}

const writeCursor = (place: number, addedAfter: string): string => Buffer.from(`${place} ${addedAfter}`).toString("base64url");

/** Where a page starts; undefined for a cursor made for another `added_after` (TAXII 2.1 §3.5). */
function readCursor(cursor: string | null, addedAfter: string): number | undefined {
  if (cursor === null) return 0;
  const [place, madeFor] = Buffer.from(cursor, "base64url").toString().split(" ");
  return madeFor === addedAfter ? Number(place) : undefined;
}

const describe = ({ id, title }: { id: string; title: string }) => ({
  id,
  title,
  can_read: true,
  can_write: false,
  media_types: ["application/stix+json;version=2.1"],
});

function keyOf({ headers }: IncomingMessage): string | undefined {
  const named = headers["x-api-key"];
  if (typeof named === "string") return named;
  const [, scheme, credential = ""] = /^(Bearer|Basic) (.+)$/i.exec(headers.authorization ?? "") ?? [];
  if (scheme === undefined) return undefined;
  return scheme.toLowerCase() === "bearer"
    ? credential
    : Buffer.from(credential, "base64")
        .toString()
        .replace(/^[^:]*:/, "");
}

function tierOf(key: string | undefined): VendorCall["tier"] {
  if (key === undefined) return "none";
  if (key === simulatedKeys.pro) return "pro";
  return key === simulatedKeys.free ? "free" : "unknown";
}

interface RefusedKey {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

function refuse(key: string | undefined): RefusedKey | undefined {
  if (key === simulatedKeys.pro) return undefined;
  if (key === undefined) return { status: 401, code: "missing_api_key", message: "API key required" };
  if (key !== simulatedKeys.free) return { status: 401, code: "invalid_api_key", message: "Invalid API key" };
  return {
    status: 403,
    code: "insufficient_scope",
    message: "This endpoint requires the read:stix scope",
    details: { required_scope: "read:stix", your_scopes: ["read:articles"], upgrade_url: "https://socdefenders.ai/pricing" },
  };
}

function send(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  sendJson(response, 200, body, {
    "content-type": mediaType,
    ...headers,
  });
}

function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  details: Record<string, unknown> = {},
): void {
  sendJson(response, status, { error: { code, message, details, request_id: "req_simulated" } });
}
