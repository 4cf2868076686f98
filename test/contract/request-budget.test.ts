import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createFileBudgets, openFeed, parseFeedConfig, silentLogger, type Feed } from "@socdefenders/shared";
import { simulatedKeys, startFeed, type FeedOptions, type RunningFeed } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const signal = new AbortController().signal;
const time = "2026-01-01T00:00:00.000Z";
const records = Array.from({ length: 60 }, (_, number) => {
  const id = `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const pattern = `[domain-name:value = 'h${number}.example']`;
  const object = { type: "indicator", id, created: time, modified: time, pattern, pattern_type: "stix", valid_from: time };
  return { date_added: `2026-05-01T00:00:00.${String(number).padStart(6, "0")}Z`, object };
});

async function open(server: RunningFeed, directory: string, settings: Record<string, unknown> = {}): Promise<Feed> {
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    api_key: simulatedKeys.pro,
    collections: ["soc-defenders-all"],
    start: "2026-04-01T00:00:00Z",
    ...settings,
  });
  return openFeed(config, { log: silentLogger, userAgent: "test", budgets: createFileBudgets(directory) });
}

async function serve(options: Partial<FeedOptions> = {}): Promise<RunningFeed> {
  const server = await startFeed({ records, largestPage: 10, rate: {}, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function readAll(feed: Feed): Promise<number> {
  const [collection] = await feed.chosenCollections(signal);
  let count = 0;
  for await (const { objects } of feed.source(collection!).pages(undefined, signal)) {
    count += objects.filter(({ type }) => type === "indicator").length;
  }
  return count;
}

function spentIn(directory: string): number {
  const lines = readdirSync(directory).flatMap((name) => readFileSync(join(directory, name), "utf8").trim().split("\n"));
  return lines.reduce((sum, line) => sum + (JSON.parse(line) as { units: number }).units, 0);
}

test("over HTTP: what a walk cost is kept beside the positions, under a name that does not give the key away", async () => {
  const directory = temporaryDirectory();
  const server = await serve();
  const feed = await open(server, directory);
  expect(await readAll(feed)).toBe(60);
  await feed.close();
  // Discovery and the list of collections cost 1, each page 2.5.
  expect(spentIn(directory)).toBe(2 + 2.5 * (server.requests() - 2));
  const [name] = readdirSync(directory);
  expect(name).toMatch(/^budget-[0-9a-f]{16}-\d{4}-\d\d-\d\d\.ndjson$/);
  expect(readFileSync(join(directory, name!), "utf8")).not.toContain(simulatedKeys.pro);
});

test("over HTTP: feeds opened with one key in one process share its budget, and the end of it is an error with the time", async () => {
  const server = await serve({ rate: { perMinute: 100_000 } });
  const settings = { requests_per_day: 1000, start: new Date().toISOString() };
  for (let poll = 0; poll < 222; poll += 1) {
    const feed = await open(server, temporaryDirectory(), settings);
    await readAll(feed);
    await feed.close();
  }
  const feed = await open(server, temporaryDirectory(), settings);
  const before = server.requests();
  await expect(readAll(feed)).rejects.toMatchObject({
    name: "FeedError",
    exitCode: 3,
    remedy: expect.stringContaining("feed.requests_per_day"),
  });
  // 222 polls of 4.5 units left one.
  expect(server.requests()).toBe(before + 1);
  await feed.close();
});

test("over HTTP: refused with 429, a walk goes on when the server says so and misses nothing", async () => {
  const refusals = new Set([4, 6]);
  const server = await serve({
    intercept: ({ number }) => (refusals.has(number) ? { status: 429, headers: { "retry-after": "0" }, body: "" } : undefined),
  });
  const feed = await open(server, temporaryDirectory());
  expect(await readAll(feed)).toBe(60);
  await feed.close();
});

test("the simulated feed limits each key as the vendor documents it", async () => {
  let now = Date.parse("2026-05-01T00:00:10Z");
  const server = await serve({ rate: { perMinute: 5, retryAfter: "seconds", now: () => now } });
  const ask = (path: string): Promise<Response> =>
    fetch(`${server.endpoint}${path}`, {
      headers: { accept: "application/taxii+json;version=2.1", "x-api-key": simulatedKeys.pro },
    });
  const page = "api/collections/soc-defenders-all/objects/";
  const shown = async (path: string): Promise<unknown> => {
    const { status, headers } = await ask(path);
    return [status, headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining"), headers.get("x-ratelimit-reset")];
  };
  const end = String(now / 1000 + 60);
  expect(await shown(page)).toEqual([200, "5", "2", end]);
  expect(await shown("")).toEqual([200, "5", "1", end]);
  expect(await shown(page)).toEqual([429, "5", "1", end]);
  now += 15_000;
  const refused = await ask(page);
  expect(refused.headers.get("retry-after")).toBe("45");
  expect(await refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded", request_id: expect.any(String) } });
  now += 45_000;
  expect((await ask(page)).status).toBe(200);
});
