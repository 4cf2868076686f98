import { failure, type FeedAnswer, type FeedError } from "./answer.ts";
import { simulatedArticleIds, simulatedArticles, type SimulatedArticle } from "./article-fixtures.ts";
import type { Behaviour } from "./behaviour.ts";
import type { FeedRecord } from "./records.ts";

export interface ArticlesOptions {
  /** Which of the two documented bodies: `{meta, data}`, or the small one under other names. Default `wrapped`. */
  readonly body?: "wrapped" | "flat" | undefined;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const dayMs = 24 * 3600_000;
const lookBackDays = { free: 7, pro: 365 };
const expansions = { mitre: "mitre_techniques", iocs: "iocs", cves: "cve_ids", threat_actors: "threat_actors" };

export interface ArticleRequest {
  readonly id: string;
  readonly query: URLSearchParams;
  /** Whether the key's plan is Pro; any other reads articles too, and not as far back. */
  readonly isPro: boolean;
}

/** `GET /api/v1/articles/{id}` as the vendor's page "Retrieve a single article with full expansions" has it. */
export function answerArticle(request: ArticleRequest, options: ArticlesOptions = {}, behaviour: Behaviour): FeedAnswer {
  const { body = "wrapped", now = Date.now } = options;
  const { id, query } = request;
  const expand = (query.get("expand") ?? Object.keys(expansions).join()).split(",");
  const article = simulatedArticles.find((candidate) => candidate.id === id.toLowerCase());
  const refusal = refuseArticle(request, expand, article);
  if (refusal !== undefined || article === undefined) return failure(behaviour, refusal ?? notFound);
  const content = sparse(body === "flat" ? flat(article, now()) : full(article, now(), expand), query.get("fields"));
  const meta = { generated_at: new Date(now()).toISOString(), feed_version: "1.0", source: "SOC Defenders" };
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, s-maxage=60, stale-while-revalidate=120" },
    body: JSON.stringify(body === "flat" ? content : { meta, data: content }),
  };
}

const notFound: FeedError = { status: 404, code: "article_not_found", message: "No article with that id" };

function refuseArticle(
  { id, query, isPro }: ArticleRequest,
  expand: readonly string[],
  article: SimulatedArticle | undefined,
): FeedError | undefined {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    return { status: 400, code: "invalid_parameter", message: "id is not a valid UUID" };
  }
  if (!expand.every((name) => Object.hasOwn(expansions, name))) {
    return { status: 400, code: "invalid_parameter", message: "expand has an unknown value" };
  }
  if (article === undefined) return notFound;
  const days = lookBackDays[isPro ? "pro" : "free"];
  if (article.ageDays > days) {
    return {
      status: 403,
      code: "lookback_exceeded",
      message: `Your plan looks back ${days} days`,
      details: { lookback_days: days },
    };
  }
  if (article.isArchived !== true || query.get("include_archived") === "true") return undefined;
  return { status: 410, code: "article_archived", message: "Article was archived" };
}

type Content = Readonly<Record<string, unknown>>;

function full(article: SimulatedArticle, now: number, expand: readonly string[]): Content {
  const content: Record<string, unknown> = {
    ...common(article, now),
    canonical_url: articleAddress(article.id),
    ai_summary: article.summary,
    image_url: null,
    modified_at: publishedAt(article, now),
    source_name: "Example Security Weekly",
    source_type: "rss",
    category: "malware",
    severity_score: { low: 2, medium: 5, high: 7.5, critical: 9.5 }[article.severity],
    severity_label: article.severity,
    tech_tags: ["example"],
    industry_tags: [],
    threat_actors: article.threatActors,
    has_iocs: article.iocs.length > 0,
    ioc_count: article.iocs.length,
    mitre_techniques: article.techniques,
    cve_ids: article.cves,
    iocs: article.iocs,
  };
  for (const [name, member] of Object.entries(expansions)) if (!expand.includes(name)) delete content[member];
  return content;
}

const flat = (article: SimulatedArticle, now: number): Content => ({
  ...common(article, now),
  source: "weekly.example",
  categories: ["malware"],
  severity: article.severity,
  tags: ["#malware"],
  iocs: article.iocs.map(({ type, value }) => ({ type, value })),
  cves: article.cves,
  threat_actors: article.threatActors,
  mitre_techniques: article.techniques.map(({ id, name }) => ({ id, name })),
  points: 3,
  comment_count: 0,
});

const common = (article: SimulatedArticle, now: number): Content => ({
  id: article.id,
  title: article.title,
  url: `https://weekly.example/${article.id.slice(-2)}`,
  summary: article.summary,
  published_at: publishedAt(article, now),
});

const publishedAt = ({ ageDays }: SimulatedArticle, now: number): string => new Date(now - ageDays * dayMs).toISOString();

function sparse(content: Content, fields: string | null): Content {
  if (fields === null) return content;
  const asked = new Set(fields.split(","));
  return Object.fromEntries(Object.entries(content).filter(([name]) => asked.has(name)));
}

const articleAddress = (id: string): string => `https://socdefenders.ai/item/${id}`;

const linkEvery = 10;

/** The records with a reference to an article on every tenth one, the articles in turn, those that cannot be had among them. */
export function withArticleLinks(records: readonly FeedRecord[]): readonly FeedRecord[] {
  const ids = Object.values(simulatedArticleIds);
  return records.map((record, place) => {
    if (place % linkEvery !== 0) return record;
    const id = ids[(place / linkEvery) % ids.length] ?? "";
    const references = record.object["external_references"];
    const external_references = [
      ...(Array.isArray(references) ? (references as unknown[]) : []),
      { source_name: "SOC Defenders", url: articleAddress(id) },
    ];
    return { ...record, object: { ...record.object, external_references } };
  });
}
