import type { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { NetworkError } from "../errors/network-error.ts";
import type { HttpResponse } from "../http/request.ts";
import { isTemporary } from "../http/retry.ts";
import { clean } from "../log/clean.ts";
import { silentLogger, type Logger } from "../log/logger.ts";
import { fromMicroseconds } from "../stix/timestamp.ts";
import type { FeedConfig } from "./config.ts";
import { parseBody } from "./answer-body.ts";
import { answerError } from "./answer-error.ts";
import { missingCollection } from "./missing-collection.ts";
import {
  apiRootSchema,
  collectionSchema,
  collectionsSchema,
  discoverySchema,
  manifestSchema,
  objectsSchema,
  versionsSchema,
  type ApiRoot,
  type Collection,
  type Discovery,
  type ManifestRecord,
} from "./resources.ts";
import type { SendOptions, SendToFeed } from "./send.ts";
import { createTrustedGet } from "./trusted-get.ts";

export interface ObjectsQuery {
  /** Exclusive, sent verbatim (TAXII 2.1 §3.4). */
  readonly addedAfter: string;
  readonly limit: number;
  /** Opaque cursor of the page before; goes with the same other parameters (TAXII 2.1 §3.5). */
  readonly next?: string | undefined;
}

/** One answer of the objects endpoint, an envelope or a bundle. Header times are the server's own strings. */
export interface ObjectsAnswer {
  readonly objects: readonly unknown[];
  readonly more: boolean | undefined;
  readonly next: string | undefined;
  readonly dateAddedFirst: string | undefined;
  readonly dateAddedLast: string | undefined;
  /** The server's clock (`Date` header) as RFC 3339; undefined where it does not tell. */
  readonly clock: string | undefined;
  /** What was asked for: less than the query's limit where the server refuses that. */
  readonly limit: number;
  /** How much it was, in characters of JSON; absent where nobody asks. */
  readonly size?: number | undefined;
}

/** What is asked of a manifest: as of objects, less being there to say where it ends. */
export type ManifestQuery = Partial<ObjectsQuery>;

export interface ManifestAnswer {
  readonly objects: readonly ManifestRecord[];
  readonly more: boolean | undefined;
  readonly next: string | undefined;
}

/**
 * A TAXII 2.1 client for reading. Every method throws FeedError with a remedy; the credential goes to trusted hosts only. A walk needs
 * `collections` and `objects` alone; the other endpoints are there for servers that have them (a 404 is theirs that have not).
 */
export interface TaxiiClient {
  /** Discovery, then the collections of the API root it names. */
  collections(signal: AbortSignal): Promise<readonly Collection[]>;
  objects(collectionId: string, query: ObjectsQuery, signal: AbortSignal): Promise<ObjectsAnswer>;
  /** TAXII 2.1 §4.1. */
  discovery(signal: AbortSignal): Promise<Discovery>;
  /** TAXII 2.1 §4.2. */
  apiRoot(signal: AbortSignal): Promise<ApiRoot>;
  /** TAXII 2.1 §5.2. */
  collection(collectionId: string, signal: AbortSignal): Promise<Collection>;
  /** Ids, dates and versions without the objects (TAXII 2.1 §5.3). */
  manifest(collectionId: string, query: ManifestQuery, signal: AbortSignal): Promise<ManifestAnswer>;
  /** The latest version of one object as served, or all of them (TAXII 2.1 §5.6). */
  object(collectionId: string, objectId: string, version: "last" | "all", signal: AbortSignal): Promise<readonly unknown[]>;
  /** The versions of one object, `modified` times for the most part (TAXII 2.1 §5.8). */
  versions(collectionId: string, objectId: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** What a walk needs of a client. */
export type WalkClient = Pick<TaxiiClient, "objects">;

const mediaType = "application/taxii+json;version=2.1";
// What TAXII servers commonly send where nothing is asked: a server that refuses even this refuses something else.
const smallestLimit = 100;

export function createTaxiiClient(config: FeedConfig, sendToFeed: SendToFeed, log: Logger = silentLogger): TaxiiClient {
  const get = createTrustedGet(config, sendToFeed, mediaType);
  const titles = new Map<string, string>();
  let largestLimit = Infinity;
  let root: Promise<URL> | undefined;
  const rootAddress = (signal: AbortSignal): Promise<URL> => {
    // Kept once it is known; a failure is not, so that a service finds the feed again when it is back.
    root ??= discover(signal).catch((error: unknown) => {
      root = undefined;
      throw error;
    });
    return root;
  };

  async function getJson<T>(url: URL, schema: z.ZodType<T>, what: string, how: SendOptions, signal: AbortSignal) {
    const response = await get(url, how, signal);
    if (response.status !== 200) throw answerError(response, url);
    return { body: parseBody(response.text, schema, what, url), response };
  }

  async function readDiscovery(signal: AbortSignal): Promise<Discovery> {
    return (await getJson(config.endpoint, discoverySchema, "a TAXII discovery document", {}, signal)).body;
  }

  async function discover(signal: AbortSignal): Promise<URL> {
    const body = await readDiscovery(signal);
    const named = body.default ?? body.api_roots?.[0];
    return named === undefined ? config.endpoint : resolveApiRoot(named, config.endpoint);
  }

  /** An address below the API root, each part one segment of the path whatever it holds. */
  async function addressOf(signal: AbortSignal, ...parts: readonly string[]): Promise<URL> {
    const wrong = parts.find((part) => part === "." || part === ".." || !part.isWellFormed());
    if (wrong !== undefined) {
      throw new FeedError(`the id ${JSON.stringify(clean(wrong.toWellFormed(), 100))} cannot stand in an address`, {
        remedy: "Report it to the feed's operator, and name the other collections in feed.collections.",
      });
    }
    return new URL(`${parts.map(encodeURIComponent).join("/")}/`, await rootAddress(signal));
  }

  async function listCollections(signal: AbortSignal): Promise<readonly Collection[]> {
    const url = new URL("collections/", await rootAddress(signal));
    const { body } = await getJson(url, collectionsSchema, "a list of TAXII collections", {}, signal).catch((error: unknown) => {
      // The API root may have moved: the next listing looks for it.
      root = undefined;
      throw error;
    });
    const listed: Collection[] = [];
    for (const member of body.collections ?? []) {
      const parsed = collectionSchema.safeParse(member);
      if (parsed.success) listed.push(parsed.data);
      else log.warn("collection_unreadable", `the feed lists something that is no TAXII collection: ${reasonOf(parsed.error)}`);
    }
    for (const { id, title } of listed) titles.set(id, title);
    return listed;
  }

  async function ask(id: string, { addedAfter, limit, next }: ObjectsQuery, signal: AbortSignal): Promise<ObjectsAnswer> {
    const url = await addressOf(signal, "collections", id, "objects");
    url.searchParams.set("added_after", addedAfter);
    url.searchParams.set("limit", String(limit));
    if (next !== undefined) url.searchParams.set("next", next);
    // A cursor may be used up by being asked: where the outcome of the request is unknown, the walk goes back to its position.
    const how = { kind: kindOf(addedAfter), repeatUnknown: next === undefined };
    const { body, response } = await getJson(url, objectsSchema, "a TAXII envelope or a STIX bundle", how, signal);
    return {
      objects: body.objects ?? [],
      more: body.more,
      next: body.next === "" ? undefined : body.next,
      dateAddedFirst: response.header("x-taxii-date-added-first"),
      dateAddedLast: response.header("x-taxii-date-added-last"),
      clock: serverClock(response),
      limit,
      size: response.text.length,
    };
  }

  /** A first page that is refused with 400 is asked for again with half the limit, down to {@link smallestLimit}. */
  async function askWithinLimit(id: string, query: ObjectsQuery, signal: AbortSignal): Promise<ObjectsAnswer> {
    for (let limit = Math.min(query.limit, largestLimit); ; limit = Math.max(smallestLimit, Math.floor(limit / 2))) {
      try {
        const answer = await ask(id, { ...query, limit }, signal);
        if (limit < query.limit) largestLimit = limit;
        return answer;
      } catch (error) {
        const mayBeLimit = error instanceof FeedError && error.status === 400 && query.next === undefined;
        if (!mayBeLimit || limit <= smallestLimit) throw error;
      }
    }
  }

  return {
    collections: listCollections,
    async objects(id, query, signal) {
      try {
        return await askWithinLimit(id, query, signal);
      } catch (error) {
        if (!(error instanceof FeedError) || error.status !== 404 || query.next !== undefined) throw error;
        // The API root may have moved as well.
        root = undefined;
        throw missingCollection({ id, title: titles.get(id) ?? "" }, await listCollections(signal), error);
      }
    },
    discovery: readDiscovery,
    async apiRoot(signal) {
      return (await getJson(await rootAddress(signal), apiRootSchema, "a TAXII API root", {}, signal)).body;
    },
    async collection(id, signal) {
      return (await getJson(await addressOf(signal, "collections", id), collectionSchema, "a TAXII collection", {}, signal)).body;
    },
    async manifest(id, { addedAfter, limit, next }, signal) {
      const url = await addressOf(signal, "collections", id, "manifest");
      if (addedAfter !== undefined) url.searchParams.set("added_after", addedAfter);
      if (limit !== undefined) url.searchParams.set("limit", String(limit));
      if (next !== undefined) url.searchParams.set("next", next);
      const how = { repeatUnknown: next === undefined };
      const { body } = await getJson(url, manifestSchema, "a TAXII manifest", how, signal);
      return { objects: body.objects ?? [], more: body.more, next: body.next === "" ? undefined : body.next };
    },
    async object(id, objectId, version, signal) {
      const url = await addressOf(signal, "collections", id, "objects", objectId);
      if (version === "all") url.searchParams.set("match[version]", "all");
      return (await getJson(url, objectsSchema, "a TAXII envelope or a STIX bundle", {}, signal)).body.objects ?? [];
    },
    async versions(id, objectId, signal) {
      const url = await addressOf(signal, "collections", id, "objects", objectId, "versions");
      return (await getJson(url, versionsSchema, "a list of versions", {}, signal)).body.versions ?? [];
    },
  };
}

function serverClock(response: HttpResponse): string | undefined {
  const milliseconds = Date.parse(response.header("date") ?? "");
  return Number.isNaN(milliseconds) ? undefined : fromMicroseconds(BigInt(milliseconds) * 1000n);
}

const reasonOf = ({ issues: [first] }: z.ZodError): string => `${first?.path.join(".") ?? ""}: ${first?.message ?? "invalid"}`;

const liveMs = 24 * 3600_000;

/** What reaches further back than a day is a back-fill: it leaves room for the polls that look for what is new. */
function kindOf(addedAfter: string): "live" | "backfill" {
  return Date.parse(addedAfter) < Date.now() - liveMs ? "backfill" : "live";
}

/** TAXII 2.1 §4.1.1: an absolute https address, or a path with exactly one leading slash. */
function resolveApiRoot(named: string, endpoint: URL): URL {
  const isUsable = /^https?:\/\/[^\\]+$/.test(named) || /^\/(?![/\\])[^\\]*$/.test(named);
  const url = isUsable ? URL.parse(named.endsWith("/") ? named : `${named}/`, endpoint.href) : null;
  if (url === null || url.search !== "" || url.username !== "") {
    throw new FeedError("the discovery document names an unusable API root", { remedy: "Report it to the feed's operator." });
  }
  return url;
}

/** Whether a walk may start over from its position after this error: the cursor expired, was refused or its answer got lost. */
export function isCursorLoss(error: unknown): boolean {
  if (!(error instanceof FeedError)) return false;
  return error.cause instanceof NetworkError || error.status === 400 || error.status === 404 || isTemporary(error.status ?? 0);
}
