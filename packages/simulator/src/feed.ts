import type { IncomingMessage } from "node:http";
import { failure, mediaType, success, type FeedAnswer } from "./answer.ts";
import { credentialOf, refuse } from "./authentication.ts";
import { behaviourOf, type BehaviourOptions } from "./behaviour.ts";
import { collectionsAt, describeCollection } from "./collections.ts";
import { apiRootDocument, apiRootPath, discoveryDocument, discoveryPath } from "./discovery.ts";
import { faultKinds, type Fault } from "./faults.ts";
import { createObjectsEndpoint } from "./objects.ts";
import { createRate, type RateOptions } from "./rate.ts";
import type { FeedRecord } from "./records.ts";
import { createSchedule, type RequestKind } from "./schedule.ts";
import { listen, type RunningServer, type TlsIdentity } from "./server.ts";
import { answerVendor, vendorPath, type VendorOptions } from "./vendor.ts";
import { sendAnswer } from "./wire.ts";

export interface FeedOptions extends BehaviourOptions, VendorOptions {
  /** What is served, in feed order; may grow while the feed runs. */
  readonly records: readonly FeedRecord[];
  readonly port?: number | undefined;
  /** Serves over HTTPS with this. */
  readonly tls?: TlsIdentity | undefined;
  /** What goes wrong, and when. */
  readonly faults?: readonly Fault[] | undefined;
  /** What faults with a share draw from. Default 1. */
  readonly seed?: number | undefined;
  /** Limits each key as the vendor does, with rate headers; absent, nothing is limited and there are none. */
  readonly rate?: RateOptions | undefined;
  /** Looks at each request first; an answer given here is sent instead of the feed's own. */
  readonly intercept?: ((request: FeedRequest) => FeedAnswer | undefined) | undefined;
}

export interface FeedRequest {
  /** 1 for the first request to this feed. */
  readonly number: number;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

export interface RunningFeed extends RunningServer {
  /** The discovery URL to configure. */
  readonly endpoint: string;
  /** Requests answered so far, faults included. */
  requests(): number;
}

/**
 * A SOC Defenders TAXII 2.1 feed as the vendor documents it: discovery at `/api/taxii2/`, the API root below it, three collections
 * with ids that are no UUIDs, the vendor's error bodies, and the identity first on every bundle. Where the documents
 * contradict each other the options choose.
 */
export async function startFeed(options: FeedOptions): Promise<RunningFeed> {
  const behaviour = behaviourOf(options);
  const answerObjects = createObjectsEndpoint(options.records, behaviour);
  const faultOf = createSchedule(options.faults ?? [], options.seed ?? 1);
  const scheme = options.tls === undefined ? "http" : "https";
  const rate = options.rate && createRate(options.rate);
  let requests = 0;
  let objectsRequests = 0;
  const cache = new Map<string, FeedAnswer>();
  const isCached = options.faults?.some(({ kind }) => kind === "stale") === true;

  const server = await listen(
    (request, response) => {
      requests += 1;
      const url = new URL(request.url ?? "/", `${scheme}://${request.headers.host ?? "feed"}`);
      const { headers } = request;
      const asked = { number: requests, path: url.pathname, query: url.searchParams, headers };
      const given = options.intercept?.(asked) ?? faulty(url, () => answer(request, url));
      sendAnswer(given, response, { ...behaviour, gzip: behaviour.gzip && accepts(headers, "gzip") });
    },
    options.port,
    options.tls,
  );

  function faulty(url: URL, answerItself: () => FeedAnswer): FeedAnswer {
    const kinds = kindsOf(url);
    const isForObjects = kinds.has("objects");
    const proceed = (): FeedAnswer => {
      const given = answerItself();
      if (isCached && isForObjects && given.status === 200) cache.set(url.href, given);
      return given;
    };
    const fault = faultOf(kinds);
    if (fault === undefined) return proceed();
    return faultKinds[fault.kind].answer({ behaviour, url, isForObjects, proceed, cached: cache.get(url.href) });
  }

  function answer({ headers }: IncomingMessage, url: URL): FeedAnswer {
    if (!url.pathname.startsWith(vendorPath) && !(headers.accept ?? "").includes(mediaType)) {
      return failure(behaviour, { status: 406, code: "not_acceptable", message: `Accept must be ${mediaType}` });
    }
    const limited = rate?.admit(credentialOf(headers).key ?? "", objectsPath.test(url.pathname));
    if (limited === undefined) return answerAdmitted(headers, url);
    const given = limited.isRefused ? failure(behaviour, { status: 429, ...limited.error }) : answerAdmitted(headers, url);
    return { ...given, headers: { ...given.headers, ...limited.headers } };
  }

  function answerAdmitted(headers: IncomingMessage["headers"], url: URL): FeedAnswer {
    if (url.pathname.startsWith(vendorPath)) return answerVendor(headers, url, options, behaviour);
    const refusal = refuse(headers, behaviour);
    if (refusal !== undefined) return failure(behaviour, refusal);
    if (url.pathname === discoveryPath) return success(behaviour, discoveryDocument(behaviour, url));
    if (url.pathname === apiRootPath && behaviour.apiRootInformation) return success(behaviour, apiRootDocument);
    const [, objectsOf] = objectsPath.exec(url.pathname) ?? [];
    if (objectsOf !== undefined) return objects(decodeURIComponent(objectsOf), url.searchParams);
    if (url.pathname !== `${apiRootPath}collections/`) return notFound("not_found", `nothing at ${url.pathname}`);
    const { listed } = collectionsAt(behaviour, objectsRequests);
    return success(behaviour, listed.length === 0 ? {} : { collections: listed.map(describeCollection) });
  }

  function objects(id: string, query: URLSearchParams): FeedAnswer {
    objectsRequests += 1;
    const { served } = collectionsAt(behaviour, objectsRequests);
    const collection = served.find((candidate) => candidate.id === id || candidate.alias === id);
    if (collection === undefined) return notFound("collection_not_found", `no collection ${id}`);
    if (!collection.can_read) return failure(behaviour, { status: 403, code: "forbidden", message: `${id} cannot be read` });
    return answerObjects({ collection, query, number: objectsRequests });
  }

  function notFound(code: string, message: string): FeedAnswer {
    return failure(behaviour, { status: 404, code, message });
  }

  return { ...server, endpoint: `${server.url}${discoveryPath}`, requests: () => requests };
}

const accepts = (headers: IncomingMessage["headers"], encoding: string): boolean =>
  String(headers["accept-encoding"]).includes(encoding);

const objectsPath = /^\/api\/taxii2\/api\/collections\/([^/]+)\/objects\/$/;

function kindsOf({ pathname, searchParams }: URL): ReadonlySet<RequestKind> {
  if (pathname === discoveryPath) return new Set(["any", "discovery"]);
  if (pathname === `${apiRootPath}collections/`) return new Set(["any", "collections"]);
  if (!objectsPath.test(pathname)) return new Set(["any"]);
  return new Set(searchParams.has("next") ? ["any", "objects", "next"] : ["any", "objects"]);
}
