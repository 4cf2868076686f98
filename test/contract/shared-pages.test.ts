import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { map as mapOpencti } from "@socdefenders/opencti";
import { map as mapSentinel, mapThreatIntelligence } from "@socdefenders/sentinel";
import {
  openFeed,
  parseFeedConfig,
  parseStixObject,
  silentLogger,
  type Cursor,
  type Feed,
  type Mapping,
} from "@socdefenders/shared";
import { simulatedKeys, startFeed, type FeedOptions } from "@socdefenders/simulator";
import { map as mapSplunk } from "@socdefenders/splunk";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { recordsInGroups } from "./feed.ts";

const quick = { attempts: 3, baseMs: 1, maximumMs: 1, repeatUnknown: true };
const never = new AbortController().signal;

interface Reader {
  /** How many pages the first reader is let ahead. */
  readonly lead: number;
  /** Pages after which it stops, to go on from its cursor as after a failure; Infinity for none. */
  readonly stopsAfter: number;
}

/** One reader to the end, with the ids it got. `told` is how far the first reader is. */
async function read(feed: Feed, { lead, stopsAfter }: Reader, isFirst: boolean, told: { pages: number; isDone: boolean }) {
  const [collection] = await feed.chosenCollections(never);
  const ids: string[] = [];
  let cursor: Cursor | undefined;
  let pages = 0;
  for (let isDone = false; !isDone;) {
    isDone = true;
    for await (const page of feed.source(collection!).pages(cursor, never)) {
      ids.push(...page.objects.filter(({ type }) => type === "indicator").map(({ id }) => id));
      cursor = page.cursor ?? cursor;
      pages += 1;
      if (isFirst) told.pages = pages;
      const enough = isFirst ? 0 : pages + lead;
      while (!told.isDone && told.pages < enough) await turn();
      if (pages !== stopsAfter) continue;
      isDone = false;
      break;
    }
  }
  if (isFirst) told.isDone = true;
  return ids;
}

const reader = fc.record({ lead: fc.constantFrom(0, 1, 7, 9, 12), stopsAfter: fc.constantFrom(Infinity, 1, 2, 5) });

test.each<[string, FeedOptions["next"]]>([
  ["no next", "none"],
  ["a next that may be asked again", "stateless"],
  ["a next that is used up by being asked", "popped"],
  ["one next for a whole walk", "one-for-all"],
])("whatever the pace of the readers and where they stop, each gets the served set once: %s", async (_, next) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 10, maxLength: 60, size: "max" }),
      fc.array(reader, { minLength: 2, maxLength: 3 }),
      async (groups, readers) => {
        const records = recordsInGroups(groups);
        const server = await startFeed({ records, next, container: "envelope", largestPage: 10 });
        const section = { endpoint: server.endpoint, api_key: simulatedKeys.pro, collections: ["soc-defenders-all"] };
        const config = parseFeedConfig({ ...section, start: "1970-01-01T00:00:00Z" });
        const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick, readers.length);
        try {
          const told = { pages: 0, isDone: false };
          const got = await Promise.all(readers.map((one, index) => read(feed, one, index === 0, told)));
          const served = records.map(({ object }) => object["id"]).toSorted();
          for (const ids of got) expect(ids.toSorted()).toEqual(served);
        } finally {
          await feed.close();
          await server.close();
        }
      },
    ),
    { numRuns: 15 },
  );
});

test.each<[string, FeedOptions]>([
  ["by date", { records: [], next: "none", container: "envelope" }],
  ["by next", { records: [], next: "popped", container: "envelope" }],
])("readers of one pace ask for each page, and for the collections, once: %s", async (_, options) => {
  const asked: string[] = [];
  const records = recordsInGroups(Array.from({ length: 30 }, () => 7));
  const intercept: FeedOptions["intercept"] = ({ path, query }) => void asked.push(`${path}?${String(query)}`);
  const server = await startFeed({ ...options, records, largestPage: 10, intercept });
  const section = { endpoint: server.endpoint, api_key: simulatedKeys.pro, collections: ["soc-defenders-all"], start: "P30000D" };
  const feed = openFeed(parseFeedConfig(section), { log: silentLogger, userAgent: "test" }, quick, 3);
  try {
    const told = { pages: 0, isDone: false };
    const same = { lead: 0, stopsAfter: Infinity };
    const got = await Promise.all([0, 1, 2].map((index) => read(feed, same, index === 0, told)));
    expect(got.map((ids) => ids.length)).toEqual([210, 210, 210]);
    expect(asked.length).toBeGreaterThan(21);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.some((one) => one.includes("next="))).toBe(options.next === "popped");
  } finally {
    await feed.close();
    await server.close();
  }
});

test("first readers that the feed does not let look back far enough go on from one border", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const asked: string[] = [];
  const records = recordsInGroups(Array.from({ length: 30 }, () => 7));
  const intercept: FeedOptions["intercept"] = ({ path, query }) => void asked.push(`${path}?${String(query)}`);
  const feedOptions: FeedOptions = { records, next: "popped", container: "envelope", lookbackDays: 365, largestPage: 10 };
  const server = await startFeed({ ...feedOptions, intercept });
  const section = { endpoint: server.endpoint, api_key: simulatedKeys.pro, collections: ["soc-defenders-all"], start: "P3000D" };
  const feed = openFeed(parseFeedConfig(section), { log: silentLogger, userAgent: "test" }, quick, 2);
  try {
    const alone = { lead: 0, stopsAfter: Infinity };
    const first = await read(feed, alone, true, { pages: 0, isDone: false });
    const askedByFirst = asked.length;
    vi.setSystemTime(Date.now() + 10_000);
    const second = await read(feed, alone, true, { pages: 0, isDone: false });
    expect([first.length, second.length]).toEqual([210, 210]);
    const froms = asked.map((one) => /added_after=([^&]*)/.exec(one)?.[1]).filter((from) => from?.startsWith("2025"));
    expect([new Set(froms).size, asked.length < 2 * askedByFirst]).toEqual([1, true]);
  } finally {
    await feed.close();
    await server.close();
  }
});

const fixtures = new URL("../fixtures/indicators/", import.meta.url);
const mappings: readonly Mapping<unknown>[] = [mapSplunk, mapSentinel, mapThreatIntelligence, mapOpencti];

test.each(readdirSync(fixtures))("no mapping changes the object it is given, which others map too: %s", (name) => {
  const served = freeze(JSON.parse(readFileSync(new URL(name, fixtures), "utf8")));
  for (const map of mappings) {
    const parsed = parseStixObject(served);
    if (parsed.kind !== "object") throw new Error(`${name} is not readable`);
    freeze(parsed.object);
    expect(() => map(parsed.object, { collection: "all" })).not.toThrow();
  }
});

/** Frozen to its depths: modules are strict, so that a change throws. */
function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
