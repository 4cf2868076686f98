import { simulatedArticleIds, simulatedArticles, type SimulatedArticle } from "./article-fixtures.ts";
import type { FeedRecord } from "./records.ts";
import { sendJson } from "./server.ts";
import { refuseUnknown, sendVendorError, type VendorCall } from "./vendor.ts";

export interface ArticlesOptions {
  /** Which of the two documented bodies: `{meta, data}`, or the small one under other names. Default `wrapped`. */
  readonly body?: "wrapped" | "flat" | undefined;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const dayMs = 24 * 3600_000;
const lookBackDays = { free: 7, pro: 365 };
const expansions = { mitre: "mitre_techniques", iocs: "iocs", cves: "cve_ids", threat_actors: "threat_actors" };

/**
 * `GET /api/v1/articles/{id}` as the vendor's page "Retrieve a single article with full expansions" has it; any known key may read.
 * False for another path, which then is somebody else's to answer.
 */
export function answerArticle(call: VendorCall, { body = "wrapped", now = Date.now }: ArticlesOptions = {}): boolean {
  const { response, url, tier } = call;
  const [, id] = /^\/api\/v1\/articles\/([^/]+)$/.exec(url.pathname) ?? [];
  if (id === undefined) return false;
  if (refuseUnknown(call)) return true;
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    return sendVendorError(response, 400, "invalid_parameter", "id is not a valid UUID");
  }
  const expand = (url.searchParams.get("expand") ?? Object.keys(expansions).join()).split(",");
  if (!expand.every((name) => Object.hasOwn(expansions, name))) {
    return sendVendorError(response, 400, "invalid_parameter", "expand has an unknown value", { allowed: Object.keys(expansions) });
  }
  const article = simulatedArticles.find((candidate) => candidate.id === id.toLowerCase());
  if (article === undefined) return sendVendorError(response, 404, "article_not_found", "No article with that id");
  const days = lookBackDays[tier === "pro" ? "pro" : "free"];
  if (article.ageDays > days) {
    return sendVendorError(response, 403, "lookback_exceeded", `Your plan looks back ${days} days`, { lookback_days: days });
  }
  if (article.isArchived === true && url.searchParams.get("include_archived") !== "true") {
    return sendVendorError(response, 410, "article_archived", "Article was archived");
  }
  const content = sparse(body === "flat" ? flat(article, now()) : full(article, now(), expand), url.searchParams.get("fields"));
  const meta = { generated_at: new Date(now()).toISOString(), feed_version: "1.0", source: "SOC Defenders" };
  sendJson(response, 200, body === "flat" ? content : { meta, data: content }, {
    "cache-control": "public, s-maxage=60, stale-while-revalidate=120",
  });
  return true;
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
