// Resident memory along a million indicators on their way from the page server to the broker. Parameters: page server, platform.
import { map, openTarget, parseConfig } from "@socdefenders/opencti";
import { openFeed, parseFeedConfig, poll, silentLogger, userAgent } from "@socdefenders/shared";
import { benchConnectorId, benchToken } from "./opencti-account.ts";

const [origin = "", url = ""] = process.argv.slice(2);
const host = { log: silentLogger, userAgent };
const feed = openFeed(
  parseFeedConfig({
    endpoint: `${origin}/plain/taxii2/`,
    api_key: "a-key-for-nothing",
    collections: ["1000"],
    start: "2026-01-01T00:00:00Z",
    requests_per_minute: 1_000_000_000,
    requests_per_day: 1_000_000_000,
  }),
  host,
);
const config = parseConfig({ url, token: benchToken, connector_id: benchConnectorId }, "opencti");
const { sink, checkpoints } = openTarget(config, host);
const megabytes: number[] = [];
let pages = 0;
const start = performance.now();
for await (const { delivered, failure } of poll({
  feed,
  target: "opencti",
  map,
  sink,
  checkpoints,
  deadLetters: { add: async () => 0 },
  log: silentLogger,
  signal: new AbortController().signal,
  onPage: () => {
    pages += 1;
    if (pages % 100 === 0) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
  },
})) {
  if (failure !== undefined) throw failure;
  console.log(JSON.stringify({ delivered, megabytes, seconds: (performance.now() - start) / 1000 }));
}
await feed.close();
