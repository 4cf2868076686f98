import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { NetworkError } from "../errors/network-error.ts";
import type { HttpResponse } from "../http/request.ts";
import { isTemporary } from "../http/retry.ts";
import { fromMicroseconds } from "../stix/timestamp.ts";
import type { FeedConfig } from "./config.ts";
import { parseBody } from "./answer-body.ts";
import { answerError } from "./answer-error.ts";
import { missingCollection } from "./missing-collection.ts";
import type { SendOptions, SendToFeed } from "./send.ts";
import { createTrustedGet } from "./trusted-get.ts";

/** TAXII 2.1 §5.2.1. Ids need not be UUIDs: this vendor's are not. */
export interface Collection {
  readonly id: string;
  readonly title: string;
  readonly alias?: string | undefined;
  readonly description?: string | undefined;
  readonly can_read: boolean;
}

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
}

/** A TAXII 2.1 client for reading. Every method throws FeedError with a remedy; the credential goes to trusted hosts only. */
export interface TaxiiClient {
  /** Discovery, then the collections of the API root it names. */
  collections(signal: AbortSignal): Promise<readonly Collection[]>;
  objects(collectionId: string, query: ObjectsQuery, signal: AbortSignal): Promise<ObjectsAnswer>;
}

const mediaType = "application/taxii+json;version=2.1";
// What TAXII servers commonly send where nothing is asked: a server that refuses even this refuses something else.
const smallestLimit = 100;

export function createTaxiiClient(config: FeedConfig, sendToFeed: SendToFeed): TaxiiClient {
  const get = createTrustedGet(config, sendToFeed, mediaType);
  const titles = new Map<string, string>();
  let largestLimit = Infinity;
  let root: Promise<URL> | undefined;
  const apiRoot = (signal: AbortSignal): Promise<URL> => {
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

  async function discover(signal: AbortSignal): Promise<URL> {
    const { body } = await getJson(config.endpoint, discoverySchema, "a TAXII discovery document", {}, signal);
    const named = body.default ?? body.api_roots?.[0];
    return named === undefined ? config.endpoint : resolveApiRoot(named, config.endpoint);
  }

  async function listCollections(signal: AbortSignal): Promise<readonly Collection[]> {
    const url = new URL("collections/", await apiRoot(signal));
    const { body } = await getJson(url, collectionsSchema, "a list of TAXII collections", {}, signal);
    const listed = body.collections ?? [];
    for (const { id, title } of listed) titles.set(id, title);
    return listed;
  }

  async function ask(id: string, { addedAfter, limit, next }: ObjectsQuery, signal: AbortSignal): Promise<ObjectsAnswer> {
    const url = new URL(`collections/${encodeURIComponent(id)}/objects/`, await apiRoot(signal));
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
  };
}

function serverClock(response: HttpResponse): string | undefined {
  const milliseconds = Date.parse(response.header("date") ?? "");
  return Number.isNaN(milliseconds) ? undefined : fromMicroseconds(BigInt(milliseconds) * 1000n);
}

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

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const discoverySchema = z.object({ default: optional(z.string()), api_roots: optional(z.array(z.string())) });

const collectionSchema = z.object({
  id: z.string(),
  title: optional(z.string()).transform((title) => title ?? ""),
  alias: optional(z.string()),
  description: optional(z.string()),
  can_read: optional(z.boolean()).transform((canRead) => canRead ?? true),
});

// An error with status 200 is no list without members.
const collectionsSchema = z
  .looseObject({ collections: optional(z.array(collectionSchema)) })
  .refine((body) => "collections" in body || Object.keys(body).length === 0, "no collections");

// By shape, not by `type`: the vendor's documents show a bundle here and an envelope there, and an empty page is `{}` (TAXII 2.1 §3.7).
// A body of other things only, an error with status 200 for instance, is no empty page.
const objectsSchema = z
  .looseObject({ objects: optional(z.array(z.unknown())), more: optional(z.boolean()), next: optional(z.string()) })
  .refine(
    (body) => Object.keys(body).length === 0 || ["objects", "more", "next"].some((key) => key in body) || body["type"] === "bundle",
    "neither objects, nor more, nor next",
  );
