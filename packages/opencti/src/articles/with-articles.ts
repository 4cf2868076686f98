import { articleIdsOf, ConnectorError, type ArticleClient, type ExternalReference, type Logger, type Sink, type Tlp } from "@socdefenders/shared";
import type { OpenctiBundle } from "../mapping/bundle.ts";
import type { ArticleMemory } from "./memory.ts";
import { reportKeyOf, toAddition, toReport } from "./report.ts";

export interface ArticleOptions {
  readonly articles: ArticleClient;
  readonly memory: ArticleMemory;
  readonly tlp: Tlp;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Articles asked for at a time; the feed's budget decides how fast. */
const atOnce = 4;
/** Pending articles that one page waits for at most. */
const mostPending = 100;

/**
 * A sink that gives, with each page, the articles that its objects refer to as reports. Every article is fetched once; objects of later
 * pages are added to its report. One that is not to be had is counted with its reason and does not hold up the page; where the
 * vendor's API fails, articles are left for the next run, which begins with them. Must not be used for two runs at a time.
 */
export function withArticles(sink: Sink<OpenctiBundle>, options: ArticleOptions): Sink<OpenctiBundle> {
  const { memory, log } = options;
  let attempt = newAttempt(options);

  return {
    check: (signal) => sink.check(signal),
    async write(items, signal) {
      const reports = await attempt.reportsOf(namedBy(items), signal);
      const refusals = await sink.write([...items, ...reports], signal);
      attempt.confirm();
      await memory.save();
      const own = new Set(reports);
      for (const { item, reason } of refusals) if (own.has(item)) log.warn("article_refused", `a report was refused: ${reason}`);
      return refusals.filter(({ item }) => !own.has(item));
    },
    async close(failure) {
      attempt.tell();
      attempt = newAttempt(options);
      await sink.close(failure);
    },
  };
}

type Named = ReadonlyMap<string, readonly string[]>;

/** The objects that refer to each article. */
function namedBy(items: readonly OpenctiBundle[]): Named {
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

/** What one run does for articles. */
function newAttempt({ articles, memory, tlp, log, now }: ArticleOptions) {
  const counts = new Map<string, Set<string>>();
  const asked = new Set<string>();
  /** What the memory is to hold once the target has confirmed the page. */
  let settled: (() => void)[] = [];
  let failure: Error | undefined;

  const count = (reason: string, id: string): void => void counts.set(reason, (counts.get(reason) ?? new Set()).add(id));

  /** The article's report; undefined where there is none to be had now. */
  async function reportOf(id: string, refs: readonly string[], signal: AbortSignal): Promise<OpenctiBundle | undefined> {
    const known = memory.get(id);
    if (known?.kind === "delivered") return toAddition(id, known.report, refs, tlp);
    if (known?.kind === "unavailable") return void count(known.reason, id);
    const all = [...new Set([...(known?.refs ?? []), ...refs])];
    if (failure === undefined && !asked.has(id)) return await fetchReport(id, all, signal);
    memory.set(id, { kind: "pending", refs: all });
    return undefined;
  }

  async function fetchReport(id: string, refs: readonly string[], signal: AbortSignal): Promise<OpenctiBundle | undefined> {
    asked.add(id);
    try {
      const answer = await articles.article(id, { expand: ["cves", "mitre", "threat_actors"] }, signal);
      if (answer.kind === "unavailable") {
        count(answer.reason, id);
        settled.push(() => memory.set(id, { kind: "unavailable", reason: answer.reason }));
        return undefined;
      }
      const report = reportKeyOf(answer.article, now());
      if (report === undefined) count("not_published", id);
      else {
        count("delivered", id);
        settled.push(() => memory.set(id, { kind: "delivered", report }));
        return toReport(answer.article, report, refs, tlp);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      failure ??= error;
    }
    memory.set(id, { kind: "pending", refs });
    return undefined;
  }

  return {
    async reportsOf(named: Named, signal: AbortSignal): Promise<readonly OpenctiBundle[]> {
      settled = [];
      const left = failure === undefined ? memory.pending().filter((id) => !named.has(id) && !asked.has(id)) : [];
      const wanted = [...named, ...left.slice(0, mostPending).map((id) => [id, []] as const)];
      const reports: OpenctiBundle[] = [];
      for (let first = 0; first < wanted.length; first += atOnce) {
        const some = wanted.slice(first, first + atOnce).map(([id, refs]) => reportOf(id, refs, signal));
        reports.push(...(await Promise.all(some)).filter((report) => report !== undefined));
      }
      return reports;
    },
    confirm: () => settled.forEach((settle) => settle()),
    tell(): void {
      const pending = memory.pending().length;
      const left = Object.fromEntries([...counts].map(([reason, ids]) => [reason, ids.size]));
      if (counts.size > 0) log.info("articles", `articles: ${JSON.stringify(left)}`, { ...left, pending });
      if (failure === undefined) return;
      const remedy = failure instanceof ConnectorError ? failure.remedy : undefined;
      log.warn("articles_pending", `${pending} articles are left for the next run: ${failure.message}`, { pending, remedy });
    },
  };
}
