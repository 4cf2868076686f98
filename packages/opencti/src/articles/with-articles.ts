import {
  articleIdsOf,
  type ArticleClient,
  type ExternalReference,
  type Host,
  type Logger,
  type Sink,
  type Tlp,
} from "@socdefenders/shared";
import type { OpenctiConfig } from "../config.ts";
import type { OpenctiBundle } from "../mapping/bundle.ts";
import { createArticleRun } from "./article-run.ts";
import { openArticleMemory, type ArticleMemory } from "./memory.ts";

export interface ArticleOptions {
  readonly articles: ArticleClient;
  readonly memory: ArticleMemory;
  /** What reports are marked with. */
  readonly tlp: Tlp;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A sink that gives, with each page, the articles that its objects refer to as reports. Every article is fetched once; objects of later
 * pages are added to its report. One that is not to be had is counted with its reason and does not hold up the page; where the
 * vendor's API fails, articles are left for the next run, which begins with them.
 */
export function withArticles(sink: Sink<OpenctiBundle>, options: ArticleOptions): Sink<OpenctiBundle> {
  const { memory, log } = options;
  let run = createArticleRun(options);

  return {
    check: (signal, look) => sink.check(signal, look),
    async write(items, signal) {
      const reports = await run.reportsOf(namedBy(items), signal);
      const refusals = await sink.write([...items, ...reports], signal);
      run.confirm();
      // Before the position, which the caller saves next: what is pending must not be behind it.
      await memory.save();
      const own = new Set(reports);
      for (const { item, reason } of refusals) if (own.has(item)) log.warn("article_refused", `a report was refused: ${reason}`);
      return refusals.filter(({ item }) => !own.has(item));
    },
    async close(failure) {
      run.tell();
      run = createArticleRun(options);
      await sink.close(failure);
    },
  };
}

export interface ArticleSetting {
  readonly config: Pick<OpenctiConfig, "connectorId" | "articleTlp">;
  readonly articles: NonNullable<Host["articles"]>;
  /** The platform's state for the connector. Where there is none, it has no reports to add to. */
  readonly state: () => string;
  readonly log: Logger;
}

/** The same with the memory of a connector, which is opened with the first page. */
export function withArticlesOf(sink: Sink<OpenctiBundle>, { config, articles, state, log }: ArticleSetting): Sink<OpenctiBundle> {
  let full: Sink<OpenctiBundle> | undefined;

  async function open(): Promise<Sink<OpenctiBundle>> {
    const memory = await openArticleMemory(articles.directory, config.connectorId);
    if (["", "null", "{}"].includes(state())) memory.forget();
    return withArticles(sink, { articles: articles.client, memory, tlp: config.articleTlp, log, now: Date.now });
  }

  return {
    check: (signal, look) => sink.check(signal, look),
    async write(items, signal) {
      full ??= await open();
      return full.write(items, signal);
    },
    close: (failure) => (full ?? sink).close(failure),
  };
}

/** The ids of the objects that refer to each article. */
function namedBy(items: readonly OpenctiBundle[]): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, string[]>();
  for (const { id, external_references } of items.flatMap(({ objects }) => objects)) {
    if (!Array.isArray(external_references)) continue;
    for (const article of articleIdsOf(external_references as ExternalReference[])) {
      const refs = named.get(article);
      if (refs === undefined) named.set(article, [id]);
      else refs.push(id);
    }
  }
  return named;
}
