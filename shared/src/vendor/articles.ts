import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { systemClock, type Clock } from "../http/clock.ts";
import { printable, type HttpResponse } from "../http/request.ts";
import { parseBody } from "../taxii/answer-body.ts";
import { answerError } from "../taxii/answer-error.ts";
import type { FeedConfig } from "../taxii/config.ts";
import type { SendToFeed } from "../taxii/send.ts";
import { createAnswerCache, type AnswerCacheOptions, type Sized } from "./answer-cache.ts";
import { articleParameters, checkArticleId, type ArticleQuery } from "./article-query.ts";
import { parseArticle, type Article } from "./article.ts";
import { createVendorGet, vendorUrl } from "./vendor-get.ts";

export interface ArticleClientOptions {
  readonly config: FeedConfig;
  /** The feed's own way out, so that articles are read within the budget of its key. */
  readonly send: SendToFeed;
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** What is kept at most. Default 1,000 answers and 16 MB. */
  readonly cache?: Partial<Pick<AnswerCacheOptions, "mostEntries" | "mostBytes">> | undefined;
}

/** Why an article that a reference names cannot be had. Stable names, to be counted by. */
export type ArticleUnavailable = "archived" | "before_look_back" | "not_found";

/** An article, or the vendor's word that there is none for this key; `error` says so to a person. */
export type ArticleAnswer =
  | { readonly kind: "article"; readonly article: Article }
  | { readonly kind: "unavailable"; readonly reason: ArticleUnavailable; readonly error: FeedError };

export interface ArticleClient {
  /**
   * Reads one article (`GET /api/v1/articles/{id}`). Throws ConfigurationError before any request where id or query are wrong, FeedError
   * where the feed cannot be read, and the signal's reason on abort.
   */
  article(id: string, query: ArticleQuery, signal: AbortSignal): Promise<ArticleAnswer>;
}

// The page "Retrieve a single article": the vendor's own caches hold an answer for 60 seconds.
const lifetimeMs = 60_000;

export function createArticleClient({ config, send, clock = systemClock, cache = {} }: ArticleClientOptions): ArticleClient {
  const get = createVendorGet(config, send, "application/json");
  const answers = createAnswerCache<ArticleAnswer>({
    lifetimeMs,
    mostEntries: 1000,
    mostBytes: 16 * 1024 * 1024,
    clock,
    ...cache,
  });

  return {
    async article(id, query, signal) {
      const known = checkArticleId(id);
      const url = vendorUrl(config, `/api/v1/articles/${known}`);
      url.search = articleParameters(query).toString();
      const load = async (shared: AbortSignal): Promise<Sized<ArticleAnswer>> => {
        const response = await get(url, {}, shared);
        return { value: readAnswer(response, url, known, query.fields), bytes: Buffer.byteLength(response.text) };
      };
      return answers.get(url.href, load, signal);
    },
  };
}

function readAnswer(response: HttpResponse, url: URL, id: string, fields: readonly string[] | undefined): ArticleAnswer {
  if (response.status !== 200) return readRefusal(response, url);
  const parsed = parseArticle(parseBody(response.text, z.unknown(), "an article", url), id, fields);
  if (parsed.kind === "article") return parsed;
  throw new FeedError(`GET ${printable(url)}: expected an article: ${parsed.reason}`, {
    remedy: "Check feed.endpoint and the proxies on the way; if they are right, ask the feed's operator.",
  });
}

/** Codes of the page "Retrieve a single article"; the status alone, a 404 of a wrong address for instance, says nothing of an article. */
const expected = new Map<string, ArticleUnavailable>([
  ["article_archived", "archived"],
  ["lookback_exceeded", "before_look_back"],
  ["article_not_found", "not_found"],
]);

function readRefusal(response: HttpResponse, url: URL): ArticleAnswer {
  const error = answerError(response, url, remedies);
  const reason = expected.get(error.code ?? "");
  if (reason === undefined) throw error;
  return { kind: "unavailable", reason, error };
}

const remedies: ReadonlyMap<string, string> = new Map([
  ["invalid_parameter", "Check the article's id and the names given with --expand and --fields."],
  ["lookback_exceeded", "Use a key whose plan looks back further: 7 days on the Free plan, 365 on Pro."],
  ["article_not_found", "Check the article's id; the vendor may have removed the article."],
  ["article_archived", "Ask for it with --include-archived."],
  ["insufficient_scope", "Use a key that may read articles (scope read:articles)."],
]);
