import { z } from "zod";
import { deepestLevel, isTooDeep } from "../stix/depth.ts";

export interface ArticleIoc {
  readonly type: string;
  readonly value: string;
  readonly confidence?: string | undefined;
  readonly [member: string]: unknown;
}

export interface ArticleTechnique {
  /** ATT&CK id: `T1566.001`. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly tactic?: string | undefined;
  readonly [member: string]: unknown;
}

/**
 * An article, under the names of the vendor's page "Retrieve a single article with full expansions", with whatever else it brought. A
 * member is absent where it was not asked for, not served, or of the wrong type; a wrong entry of a list costs that entry.
 */
export interface Article {
  /** UUID in lower case. */
  readonly id: string;
  readonly title?: string | undefined;
  /** The text at its publisher. */
  readonly url?: string | undefined;
  /** The article at SOC Defenders. */
  readonly canonical_url?: string | undefined;
  readonly summary?: string | undefined;
  readonly ai_summary?: string | undefined;
  /** RFC 3339, as served. */
  readonly published_at?: string | undefined;
  readonly modified_at?: string | undefined;
  readonly source_name?: string | undefined;
  readonly category?: string | undefined;
  /** 0 to 10. */
  readonly severity_score?: number | undefined;
  readonly severity_label?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tech_tags?: readonly string[] | undefined;
  readonly industry_tags?: readonly string[] | undefined;
  readonly threat_actors?: readonly string[] | undefined;
  readonly cve_ids?: readonly string[] | undefined;
  readonly mitre_techniques?: readonly ArticleTechnique[] | undefined;
  readonly iocs?: readonly ArticleIoc[] | undefined;
  readonly [member: string]: unknown;
}

/** An article's body read, or why it is none. */
export type ParsedArticle =
  | { readonly kind: "article"; readonly article: Article }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Reads the body of `/api/v1/articles/{id}`. Two forms are documented and told apart by shape: `{meta, data}` (page "Retrieve a single
 * article with full expansions", OpenAPI) and the article alone with fewer and other names (page "GET /api/v1/articles/{id}"). An
 * article without an id, a sparse one for instance, is the one that was asked for; with another id it is refused. `fields` are the members
 * that were asked for.
 */
export function parseArticle(body: unknown, id: string, fields: readonly string[] = []): ParsedArticle {
  if (isTooDeep(body)) return unreadable(`nested deeper than ${deepestLevel} levels`);
  const content = unwrap(body, fields);
  if (content === undefined) return unreadable("neither an article nor {meta, data} with one");
  const article = articleSchema.parse({ id, ...withoutNull(renamed(content)) });
  return article.id === id ? { kind: "article", article } : unreadable("the answer is another article");
}

const unreadable = (reason: string): ParsedArticle => ({ kind: "unreadable", reason });

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (content: unknown): content is JsonObject =>
  typeof content === "object" && content !== null && !Array.isArray(content);

function unwrap(body: unknown, fields: readonly string[]): JsonObject | undefined {
  if (!isObject(body)) return undefined;
  if (isObject(body["data"])) return body["data"];
  // Nothing else tells the small form from an error with status 200.
  return Object.keys(body).some((name) => telling.has(name) || fields.includes(name)) ? body : undefined;
}

/** Names of the small form and what the full one calls the same. */
const otherNames = new Map([
  ["source", "source_name"],
  ["severity", "severity_label"],
  ["cves", "cve_ids"],
]);

function renamed(content: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => {
      const other = otherNames.get(name);
      return [other === undefined || other in content ? name : other, value];
    }),
  );
}

/** The documents write `null` for what an article does not have. */
function withoutNull(content: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null));
}

const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const listOf = <T extends z.ZodType>(entry: T) =>
  optional(
    z.array(z.unknown()).transform((entries) =>
      entries.flatMap((content) => {
        const parsed = entry.safeParse(content);
        return parsed.success ? [parsed.data] : [];
      }),
    ),
  );

const text = z.string().min(1);

const articleSchema = z.looseObject({
  id: z.unknown().transform((id) => (typeof id === "string" ? id.toLowerCase() : "")),
  title: optional(text),
  url: optional(text),
  canonical_url: optional(text),
  summary: optional(text),
  ai_summary: optional(text),
  published_at: optional(text),
  modified_at: optional(text),
  source_name: optional(text),
  category: optional(text),
  severity_score: optional(z.number()),
  severity_label: optional(text),
  tags: listOf(text),
  tech_tags: listOf(text),
  industry_tags: listOf(text),
  threat_actors: listOf(text),
  cve_ids: listOf(text),
  mitre_techniques: listOf(z.looseObject({ id: text, name: optional(text), tactic: optional(text) })),
  iocs: listOf(z.looseObject({ type: text, value: text, confidence: optional(text) })),
});

const telling: ReadonlySet<string> = new Set([...Object.keys(articleSchema.shape), ...otherNames.keys()]);
