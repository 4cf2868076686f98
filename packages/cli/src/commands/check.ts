import { clean, ConfigurationError, openFeed } from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

/** Proves feed, credential and every target, and delivers nothing. */
export async function check(path: string, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const host = hostOf(terminal);
  const feed = openFeed(config.feed, host);
  try {
    const collections = await feed.chosenCollections(terminal.signal);
    await terminal.print(`feed       ok, ${collections.map(({ id }) => clean(id)).join(", ")}\n`);
  } finally {
    await feed.close();
  }
  if (config.targets.length === 0)
    throw new ConfigurationError("the configuration names no target", { remedy: "Add splunk, sentinel or opencti." });
  for (const { name, open } of config.targets) {
    const { sink } = open(host);
    try {
      await sink.check(terminal.signal);
      await terminal.print(`${name.padEnd(10)} ok\n`);
    } finally {
      await sink.close();
    }
  }
}
