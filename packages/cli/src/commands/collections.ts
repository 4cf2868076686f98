import { openFeed } from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { formatTable } from "../terminal/table.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

/** Lists what the feed offers to this key. */
export async function collections(path: string, flags: { readonly json?: boolean }, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const feed = openFeed(config.feed, hostOf(terminal));
  try {
    const offered = await feed.listCollections(terminal.signal);
    if (flags.json === true) return await terminal.print(offered.map((collection) => `${JSON.stringify(collection)}\n`).join(""));
    const rows = offered.map(({ id, alias, title, can_read }) => [id, alias ?? "", title, can_read ? "yes" : "no"]);
    await terminal.print(formatTable(["id", "alias", "title", "readable"], rows));
  } finally {
    await feed.close();
  }
}
