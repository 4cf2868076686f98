// Resident memory along the delivery of a million indicators to the Logs Ingestion API. Parameters: origin of the feed, origin of the
// receiver, folder with the authority of its certificate.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore, openFeed, poll, silentLogger, userAgent } from "@socdefenders/shared";
import { map } from "@socdefenders/sentinel";
import { pagesConfig } from "./walk.ts";
import { openLogsSink } from "./logs-sink.ts";

const [origin = "", endpoint = "", folder = ""] = process.argv.slice(2);
const megabytes: number[] = [];
let pages = 0;
let delivered = 0;
const state = mkdtempSync(join(tmpdir(), "socdefenders-bench-"));
const { openSink, close } = await openLogsSink(endpoint, folder);
const feed = openFeed(pagesConfig(origin, "plain", "1000"), { log: silentLogger, userAgent });
const summaries = poll({
  feed,
  target: "bench",
  map,
  sink: openSink(),
  checkpoints: createFileStore(state),
  deadLetters: { add: async () => 0 },
  log: silentLogger,
  signal: new AbortController().signal,
  onPage: () => {
    pages += 1;
    if (pages % 100 === 0) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
  },
});
for await (const summary of summaries) {
  if (summary.failure !== undefined) throw summary.failure;
  delivered += summary.delivered;
}
await feed.close();
await close();
rmSync(state, { recursive: true });
console.log(JSON.stringify({ delivered, megabytes, peak: process.resourceUsage().maxRSS / 1024 }));
