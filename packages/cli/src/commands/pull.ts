import {
  chooseCollections,
  ConfigurationError,
  createFileBudgets,
  isTooDeep,
  openFeed,
  toMicroseconds,
  type Parsed,
  type StixObject,
} from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

export interface PullFlags {
  readonly collection: string;
  readonly since?: string;
  readonly raw?: boolean;
}

/** Prints the objects of one collection, one JSON object a line, each version once; saves no position. */
export async function pull(path: string, flags: PullFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  if (flags.since !== undefined && toMicroseconds(flags.since) === undefined) {
    throw new ConfigurationError(`--since ${flags.since}: not an RFC 3339 time`, { remedy: "Write it like 2026-05-01T00:00:00Z." });
  }
  const host = { ...hostOf(terminal), budgets: createFileBudgets(config.stateDirectory) };
  const feed = openFeed({ ...config.feed, start: flags.since ?? config.feed.start }, host);
  try {
    const chosen = chooseCollections([flags.collection], await feed.listCollections(terminal.signal));
    const [collection] = chosen;
    if (collection === undefined || chosen.length > 1) {
      throw new ConfigurationError(`--collection ${flags.collection} means ${chosen.length} collections`, {
        remedy: `Choose one of: ${chosen.map(({ id }) => id).join(", ")}.`,
      });
    }
    const parse = flags.raw === true ? { parse: asServed } : {};
    let count = 0;
    for await (const page of feed.source(collection, parse).pages(undefined, terminal.signal)) {
      for (const { reason } of page.unreadable) terminal.log.warn("unreadable", reason, { collection: collection.id });
      await terminal.print(page.objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
      count += page.objects.length;
    }
    terminal.log.info("pulled", `${count} objects of ${collection.id}`, { collection: collection.id, count });
  } finally {
    await feed.close();
  }
}

function asServed(content: unknown): Parsed {
  if (typeof content !== "object" || content === null) return { kind: "unreadable", reason: "not a JSON object" };
  return isTooDeep(content)
    ? { kind: "unreadable", reason: "nested too deep to be written" }
    : { kind: "object", object: content as StixObject };
}
