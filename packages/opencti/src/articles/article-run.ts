import { ConnectorError } from "@socdefenders/shared";
import type { OpenctiBundle } from "../mapping/bundle.ts";
import { reportKeyOf, toAddition, toReport } from "./report.ts";
import type { ArticleOptions } from "./with-articles.ts";

/** What one run does about articles. */
export interface ArticleRun {
  /**
   * The reports of the articles that objects name (ids by article), and of those an earlier run left. Throws the signal's reason on
   * abort and what is no failure of the feed.
   */
  reportsOf(named: ReadonlyMap<string, readonly string[]>, signal: AbortSignal): Promise<readonly OpenctiBundle[]>;
  /** Remembers what became of them, once the target has confirmed it. */
  confirm(): void;
  /** Logs what was had and what was not. */
  tell(): void;
}

/** Articles asked for at a time; the feed's budget decides how fast. */
const atOnce = 4;
/** Pending articles that one page waits for at most. */
const mostPending = 100;

export function createArticleRun({ articles, memory, tlp, log, now }: ArticleOptions): ArticleRun {
  const idsByOutcome = new Map<string, Set<string>>();
  const asked = new Set<string>();
  let confirmed: (() => void)[] = [];
  let failure: ConnectorError | undefined;

  function count(outcome: string, id: string): undefined {
    const ids = idsByOutcome.get(outcome);
    if (ids === undefined) idsByOutcome.set(outcome, new Set([id]));
    else ids.add(id);
  }

  /** The article's report; undefined where there is none to be had now. */
  async function reportOf(id: string, refs: readonly string[], signal: AbortSignal): Promise<OpenctiBundle | undefined> {
    // Set again, it would stand behind the one that fails, and that one would be the first of the next run too.
    if (failure !== undefined && refs.length === 0) return undefined;
    const known = memory.get(id);
    if (known?.kind === "delivered") return toAddition(id, known.report, refs, tlp);
    if (known?.kind === "unavailable") return count(known.reason, id);
    const all = [...new Set([...(known?.refs ?? []), ...refs])];
    const report = failure === undefined && !asked.has(id) ? await fetchReport(id, all, signal) : "pending";
    if (report !== "pending") return report;
    memory.set(id, { kind: "pending", refs: all });
    return undefined;
  }

  async function fetchReport(
    id: string,
    refs: readonly string[],
    signal: AbortSignal,
  ): Promise<OpenctiBundle | undefined | "pending"> {
    asked.add(id);
    try {
      const answer = await articles.article(id, { expand: ["cves", "mitre", "threat_actors"] }, signal);
      if (answer.kind === "unavailable") {
        confirmed.push(() => memory.set(id, { kind: "unavailable", reason: answer.reason }));
        return count(answer.reason, id);
      }
      const report = reportKeyOf(answer.article, now());
      count(report === undefined ? "not_published" : "delivered", id);
      if (report === undefined) return "pending";
      confirmed.push(() => memory.set(id, { kind: "delivered", report }));
      return toReport(answer.article, report, refs, tlp);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      failure ??= error;
      return "pending";
    }
  }

  return {
    async reportsOf(named, signal) {
      confirmed = [];
      const left = memory.pending().filter((id) => !named.has(id) && !asked.has(id));
      const wanted = [...named, ...left.slice(0, mostPending).map((id) => [id, []] as const)];
      const reports: OpenctiBundle[] = [];
      for (let first = 0; first < wanted.length; first += atOnce) {
        const some = wanted.slice(first, first + atOnce).map(([id, refs]) => reportOf(id, refs, signal));
        reports.push(...(await Promise.all(some)).filter((report) => report !== undefined));
      }
      return reports;
    },
    confirm() {
      for (const remember of confirmed) remember();
    },
    tell() {
      const pending = memory.pending().length;
      const counts = Object.fromEntries([...idsByOutcome].map(([outcome, ids]) => [outcome, ids.size]));
      const words = Object.entries(counts).map(([outcome, number]) => `${number} ${outcome}`);
      if (words.length > 0) log.info("articles", `articles: ${words.join(", ")}`, { ...counts, pending });
      if (failure === undefined) return;
      const { message, remedy } = failure;
      log.warn("articles_pending", `${pending} articles are left for the next run: ${message}`, { pending, remedy });
    },
  };
}
