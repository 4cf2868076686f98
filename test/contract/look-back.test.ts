import { createLogger, openFeed, parseFeedConfig, type Cursor, type LogRecord } from "@socdefenders/shared";
import { simulatedKeys, startFeed, type FeedRecord } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";

const dayMs = 24 * 3600_000;
const signal = new AbortController().signal;
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString().replace("Z", "000Z");
const idOf = (days: number): string => `indicator--00000000-0000-4000-8000-${String(days).padStart(12, "0")}`;

function recordOf(days: number): FeedRecord {
  const time = "2026-01-01T00:00:00.000Z";
  const pattern = `[domain-name:value = 'h${days}.example']`;
  const object = {
    type: "indicator",
    id: idOf(days),
    created: time,
    modified: time,
    pattern,
    pattern_type: "stix",
    valid_from: time,
  };
  return { date_added: daysAgo(days), object };
}

interface Walk {
  readonly ids: string[];
  readonly warnings: LogRecord[];
  readonly asked: string[];
  readonly cursor: Cursor | undefined;
}

interface Setting {
  readonly start: string;
  readonly from?: Cursor;
  readonly container?: "bundle" | "envelope";
  /** How far the feed looks back, in days, and what its refusals say about it. */
  readonly days?: number;
  readonly details?: Record<string, unknown>;
  /** Stops after so many pages. */
  readonly pages?: number;
}

/** Reads all there is, once, from a feed that holds an object of 500, 400, 300, … days ago. */
async function walk({ start, from, container = "bundle", days = 365, details = {}, pages = Infinity }: Setting): Promise<Walk> {
  const asked: string[] = [];
  const server = await startFeed({
    records: [500, 400, 300, 200, 100, 50, 10, 1].map(recordOf),
    container,
    largestPage: 2,
    intercept: ({ query }) => {
      const addedAfter = query.get("added_after");
      if (addedAfter === null) return undefined;
      asked.push(addedAfter);
      if (Date.parse(addedAfter) > Date.now() - days * dayMs) return undefined;
      return { status: 403, body: JSON.stringify({ error: { code: "lookback_exceeded", message: "too far back", details } }) };
    },
  });
  onTestFinished(() => server.close());
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    api_key: simulatedKeys.pro,
    collections: ["soc-defenders-all"],
    start,
  });
  const warnings: LogRecord[] = [];
  const log = createLogger((record) => void warnings.push(record), "warn");
  const feed = openFeed(config, { log, userAgent: "test" });
  onTestFinished(() => feed.close());
  const [collection] = await feed.chosenCollections(signal);
  const ids: string[] = [];
  let cursor = from;
  let count = 0;
  for await (const { objects, cursor: reached } of feed.source(collection!).pages(from, signal)) {
    ids.push(...objects.filter(({ type }) => type === "indicator").map(({ id }) => id));
    cursor = reached;
    count += 1;
    if (count >= pages) break;
  }
  return { ids, warnings, asked, cursor };
}

const withinAYear = [300, 200, 100, 50, 10, 1].map(idOf);

test.each(["bundle", "envelope"] as const)(
  "%s: a start beyond the look-back reads what can be read, and says so once",
  async (container) => {
    const { ids, warnings, asked } = await walk({ start: daysAgo(450), container });
    expect(ids).toEqual(withinAYear);
    expect(warnings).toMatchObject([{ event: "lookback_clamped", context: { asked_from: asked[0], reads_from: asked[1] } }]);
    const clamped = (Date.now() - Date.parse(asked[1]!)) / dayMs;
    expect(clamped).toBeLessThan(365);
    expect(clamped).toBeGreaterThan(364.9);
  },
);

test("within the look-back nothing is changed or said", async () => {
  const start = daysAgo(364);
  const { ids, warnings, asked } = await walk({ start });
  expect(ids).toEqual(withinAYear);
  expect(warnings).toEqual([]);
  expect(asked[0]).toBe(start);
});

test("a saved position that is older: goes on from the border and says between which times objects are gone", async () => {
  const { cursor: from } = await walk({ start: daysAgo(600), days: 1000, pages: 1 });
  const { ids, warnings } = await walk({ start: daysAgo(1), ...(from && { from }) });
  expect(ids).toEqual(withinAYear);
  expect(warnings).toMatchObject([{ event: "lookback_clamped", message: expect.stringContaining("can no longer be read") }]);
  expect(warnings[0]?.message).toContain(recordOf(400).date_added.slice(0, 19));
});

test.each([
  ["a number of days", { max_lookback_days: 90, requested_days: 450 }],
  ["a time", { requested: daysAgo(450), earliest: daysAgo(90) }],
  ["a number of days beside a time that is no border", { server_time: daysAgo(2), max_lookback_days: 90 }],
  ["a number of days beside a border of today", { earliest: daysAgo(0), max_lookback_days: 90 }],
  ["a number of days beside the time that was asked for", { from: daysAgo(450), max_lookback_days: 90 }],
])("the look-back that the refusal names, as %s, is used", async (_, details) => {
  const { ids, asked } = await walk({ start: daysAgo(450), days: 90, details });
  expect(ids).toEqual([50, 10, 1].map(idOf));
  expect(asked.filter((time) => Date.parse(time) < Date.now() - 90 * dayMs).length).toBe(1);
});

test("a border that would skip what can be read is none: the documented one is taken", async () => {
  const details = { server_time: daysAgo(0), lookback_checked_at: daysAgo(0.5), age_days: 0, days: -3 };
  const { ids } = await walk({ start: daysAgo(450), details });
  expect(ids).toEqual(withinAYear);
});

test("refused a second time: an error that says what to do", async () => {
  await expect(walk({ start: daysAgo(450), days: 30 })).rejects.toMatchObject({
    name: "FeedError",
    exitCode: 3,
    code: "lookback_exceeded",
    remedy: expect.stringContaining("feed.start"),
  });
});
