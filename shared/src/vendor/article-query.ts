import { ConfigurationError } from "../errors/configuration-error.ts";

/** What the vendor adds to an article's body on demand; all four where nothing is said. */
export const articleExpansions = ["mitre", "iocs", "cves", "threat_actors"] as const;
export type ArticleExpansion = (typeof articleExpansions)[number];

export interface ArticleQuery {
  /** Only these expansions; at least one, since the vendor documents no way to ask for none. Default all four. */
  readonly expand?: readonly ArticleExpansion[] | undefined;
  /** Only these members of the article. Default all. */
  readonly fields?: readonly string[] | undefined;
  /** Also an article that was archived. Default no. */
  readonly includeArchived?: boolean | undefined;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** An article's id in lower case. Throws ConfigurationError where the text is no UUID. */
export function checkArticleId(id: string): string {
  if (uuid.test(id)) return id.toLowerCase();
  throw new ConfigurationError(`not the id of an article: ${JSON.stringify(id.slice(0, 80))}`, {
    remedy: "Give the UUID at the end of the article's address, https://socdefenders.ai/item/<uuid>, or that address.",
  });
}

/**
 * The query string of an article request, always the same for the same question. Throws ConfigurationError for an unknown expansion, a
 * name that no member can have, and an empty list.
 */
export function articleParameters({ expand, fields, includeArchived = false }: ArticleQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (expand !== undefined) parameters.set("expand", listed("expand", expand, isExpansion, articleExpansions.join(", ")));
  if (fields !== undefined) parameters.set("fields", listed("fields", fields, isMemberName, "names like id, title, url"));
  if (includeArchived) parameters.set("include_archived", "true");
  return parameters;
}

function listed(name: string, values: readonly string[], isValid: (value: string) => boolean, choice: string): string {
  const wrong = values.find((value) => !isValid(value));
  if (wrong !== undefined || values.length === 0) {
    const problem = wrong === undefined ? "an empty list" : `unknown: ${JSON.stringify(wrong.slice(0, 80))}`;
    throw new ConfigurationError(`${name}: ${problem}`, { remedy: `Choose from ${choice}, separated by commas.` });
  }
  return [...new Set(values)].toSorted().join(",");
}

const isExpansion = (value: string): boolean => (articleExpansions as readonly string[]).includes(value);

const isMemberName = (value: string): boolean => /^[a-z][a-z0-9_]{0,63}$/.test(value);
