import { setTimeout as wait } from "node:timers/promises";
import { loadConfig } from "../config.ts";
import { sparing } from "../status/sparing.ts";
import { startStatusServer } from "../status/status-server.ts";
import { readStatus } from "../status/status.ts";
import type { Terminal } from "../terminal/terminal.ts";

const longest = 2 ** 31 - 1;

/** Shows the status as a page until it is stopped, and prints its address. Reads the state directory and nothing else; needs no lock. */
export async function serveStatus(path: string, port: number, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const server = await startStatusServer({ port, read: sparing(() => readStatus(config, Date.now())) });
  try {
    await terminal.print(`${server.url}\n`);
    terminal.log.info("serving", "the page is for this machine alone; Ctrl-C stops", { url: server.url });
    for (;;) await wait(longest, undefined, { signal: terminal.signal });
  } finally {
    await server.close();
  }
}
