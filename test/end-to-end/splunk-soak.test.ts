import {
  createFileDeadLetters,
  createFileStore,
  openFeed,
  parseFeedConfig,
  poll,
  silentLogger,
  userAgent,
  type CollectionSummary,
} from "@socdefenders/shared";
import {
  readRecords,
  sampleBytes,
  simulatedKeys,
  startFeed,
  startHec,
  type FeedAnswer,
  type FeedRecord,
  type HecFault,
} from "@socdefenders/simulator";
import { createSink, map, parseConfig, type SplunkEvent } from "@socdefenders/splunk";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const token = "soak-token";
const host = { log: silentLogger, userAgent };
// Each poll is a process of its own in a real run and starts with a closed circuit; here all of them share one, which must not stay open.
const retryPolicy = { attempts: 3, baseMs: 1, maximumMs: 2, coolDownMs: 0, repeatUnknown: true };
const hours = 24;

/** The same numbers from 0 to 1 in every run (Park and Miller). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test.each([1, 2, 3])(
  "a day of hourly polls with 429, 503 and resets on both sides, restarts between (seed %i): what was served is there",
  async (seed) => {
    const random = createRandom(seed);
    const all = readRecords(sampleBytes()).slice(0, 2400);
    const state = temporaryDirectory();
    let isFaulty = true;
    const hec = await startHec({
      token,
      acknowledgement: seed === 2,
      intercept: () => (isFaulty ? hecFault(random()) : undefined),
      interceptAnswer: () => (isFaulty && random() < 0.05 ? "reset" : undefined),
    });
    onTestFinished(() => hec.close());
    const port = await freePort(all);
    let failures = 0;
    for (let hour = 1; hour <= hours + 1; hour += 1) {
      // The last poll meets no trouble: it must bring all that the others left.
      isFaulty = hour <= hours;
      const served = all.slice(0, Math.min(hour, hours) * (all.length / hours));
      const summaries = await pollOnce(served, port, hec.url, state, () => (isFaulty ? feedFault(random()) : undefined));
      failures += summaries.filter(({ failure }) => failure !== undefined).length;
    }
    const ids = (records: readonly FeedRecord[]): string[] => records.map(({ object }) => String(object["id"]));
    const indicators = all.filter(({ object }) => object["type"] === "indicator");
    const delivered = new Set(hec.events().map(({ event }) => (event as SplunkEvent).indicator_id));
    expect([...delivered].toSorted()).toEqual([...new Set(ids(indicators))].toSorted());
    // Were there no trouble at all, this test would show nothing.
    expect(failures).toBeGreaterThan(0);
  },
  20_000,
);

function hecFault(number: number): HecFault | undefined {
  if (number < 0.15) return { status: 503, body: { text: "Server is busy", code: 9 } };
  if (number < 0.25) return { status: 429, body: { text: "HEC queue at capacity", code: 26 } };
  if (number < 0.3) return { status: 502, body: "<html>Bad Gateway</html>" };
  return number < 0.4 ? "reset" : undefined;
}

function feedFault(number: number): FeedAnswer | undefined {
  if (number < 0.2) return { status: 503, body: "" };
  if (number < 0.3) return { status: 429, headers: { "retry-after": "0" }, body: "" };
  return number < 0.35 ? { status: 502, headers: { connection: "close" }, body: "<html>Bad Gateway</html>" } : undefined;
}

/** A port for a feed that is started anew each hour; the position belongs to the address. */
async function freePort(records: readonly FeedRecord[]): Promise<number> {
  const feed = await startFeed({ records });
  await feed.close();
  return Number(new URL(feed.url).port);
}

/** One run as a host starts it: nothing but the state directory is left of the one before. */
async function pollOnce(
  records: readonly FeedRecord[],
  port: number,
  hecUrl: string,
  state: string,
  intercept: () => FeedAnswer | undefined,
): Promise<readonly CollectionSummary[]> {
  const running = await startFeed({ records, port, intercept });
  const section = {
    endpoint: running.endpoint,
    api_key: simulatedKeys.pro,
    collections: ["soc-defenders-all"],
    start: "1970-01-01T00:00:00Z",
    page_size: 50,
  };
  const feed = openFeed(parseFeedConfig(section), host, retryPolicy);
  const summaries: CollectionSummary[] = [];
  try {
    const found = poll({
      feed,
      target: "splunk",
      map,
      sink: createSink(parseConfig({ endpoint: hecUrl, token, batch_bytes: 20_000 }, "splunk"), host, { retryPolicy, pollMs: 1 }),
      checkpoints: createFileStore(state),
      deadLetters: createFileDeadLetters(state),
      log: silentLogger,
      signal: new AbortController().signal,
    });
    for await (const summary of found) summaries.push(summary);
  } catch (error) {
    // The feed did not even list its collections: the next hour goes on.
    if (!(error instanceof Error) || error.name !== "FeedError") throw error;
  } finally {
    await feed.close();
    await running.close();
  }
  return summaries;
}
