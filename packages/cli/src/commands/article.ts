import { articleIdsOf, createArticleClient, createFileBudgets, openFeed, type ArticleExpansion } from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

export interface ArticleFlags {
  readonly expand?: readonly string[];
  readonly fields?: readonly string[];
  readonly includeArchived?: boolean;
}

/** Prints an article, named by its id or its address, as one JSON document. */
export async function article(name: string, path: string, flags: ArticleFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const [id = name] = articleIdsOf([{ url: name }]);
  const feed = openFeed(config.feed, { ...hostOf(terminal), budgets: createFileBudgets(config.stateDirectory) });
  try {
    const articles = createArticleClient({ config: config.feed, send: feed.send });
    // The client checks the names before it asks.
    const query = { ...flags, expand: flags.expand as readonly ArticleExpansion[] | undefined };
    const answer = await articles.article(id, query, terminal.signal);
    if (answer.kind === "unavailable") throw answer.error;
    await terminal.print(`${toDocument(answer.article)}\n`);
  } finally {
    await feed.close();
  }
}

// What JSON leaves as it is and a terminal obeys: C1 controls and bidirectional overrides.
const unsafe = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same JSON, with what could steer a terminal in escapes. */
function toDocument(content: unknown): string {
  return JSON.stringify(content, undefined, 2).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
