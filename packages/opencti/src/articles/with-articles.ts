import { articleIdsOf, type ArticleClient, type ExternalReference, type Logger, type Sink, type Tlp } from "@socdefenders/shared";
import type { OpenctiBundle } from "../mapping/bundle.ts";
import { createArticleRun } from "./article-run.ts";
import type { ArticleMemory } from "./memory.ts";

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
