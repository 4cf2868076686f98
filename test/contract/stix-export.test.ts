import { FeedError, openFeed, parseFeedConfig, silentLogger, type Cursor, type Feed, type Page } from "@socdefenders/shared";
import {
  simulatedKeys,
  startFeed,
  type FeedOptions,
  type FeedRecord,
  type FeedRequest,
  type RunningFeed,
} from "@socdefenders/simulator";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";

const signal = new AbortController().signal;
const quick = { attempts: 2, baseMs: 1, maximumMs: 1, repeatUnknown: true };
const longAgo = "2026-01-01T00:00:00.000000Z";

/** Indicators added a second apart from `from` on. */
function makeRecords(count: number, first = 1, added = Date.parse("2026-05-01T00:00:00Z")): FeedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const time = new Date(added + number * 1000).toISOString();
    const object = {
      type: "indicator",
      id: `indicator--00000000-0000-4000-8000-${number.toString().padStart(12, "0")}`,
      created: time,
      modified: time,
      pattern: `[domain-name:value = 'h${number}.example']`,
      pattern_type: "stix",
      valid_from: time,
    };
    return { date_added: time.replace("Z", "000Z"), object };
  });
}

const idsOf = (records: readonly FeedRecord[]): string[] => records.map(({ object }) => String(object["id"])).toSorted();

async function start(options: FeedOptions): Promise<{ server: RunningFeed; feed: Feed; close: () => Promise<void> }> {
  const server = await startFeed(options);
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    api_key: simulatedKeys.pro,
    source: "stix-export",
    start: longAgo,
  });
  const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick);
  return { server, feed, close: async () => void (await Promise.all([feed.close(), server.close()])) };
}

async function open(options: FeedOptions): Promise<{ server: RunningFeed; feed: Feed }> {
  const opened = await start(options);
  onTestFinished(() => opened.close());
  return opened;
}

interface Walk {
  readonly pages: readonly Page[];
  /** Indicators, in the order they came. */
  readonly ids: readonly string[];
  readonly cursor: Cursor | undefined;
}

/** Reads on from a cursor that went through JSON, as a saved one does; `most` stops after so many pages. */
async function walk(feed: Feed, from?: Cursor, most = Infinity): Promise<Walk> {
  const [collection] = await feed.chosenCollections(signal);
  const pages: Page[] = [];
  const saved = from && (JSON.parse(JSON.stringify(from)) as Cursor);
  if (most > 0) {
    for await (const page of feed.source(collection!).pages(saved, signal)) {
      pages.push(page);
      if (pages.length >= most) break;
    }
  }
  const indicators = pages.flatMap(({ objects }) => objects.filter(({ type }) => type === "indicator"));
  return { pages, ids: indicators.map(({ id }) => id), cursor: pages.findLast(({ cursor }) => cursor)?.cursor ?? from };
}

const orders = ["newest first", "oldest first"] as const;

test.each(orders)("%s: what is served is delivered, once, whatever the size and wherever it was interrupted", async (order) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 0, max: 6 }),
      fc.boolean(),
      async (count, largest, pagesBeforeStop, markings) => {
        const records = makeRecords(count);
        const { feed, close } = await start({ records, stixExport: { order, largest, markings } });
        try {
          const before = await walk(feed, undefined, pagesBeforeStop);
          const after = await walk(feed, before.cursor);
          expect([...before.ids, ...after.ids].toSorted()).toEqual(idsOf(records));
          expect((await walk(feed, after.cursor)).ids).toEqual([]);
        } finally {
          await close();
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe.each(orders)("%s", (order) => {
  test("nothing is lost where the export grows and shrinks while it is read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 4, max: 20 }),
        fc.array(fc.record({ added: fc.integer({ min: 0, max: 12 }), removed: fc.integer({ min: 0, max: 12 }) }), { maxLength: 4 }),
        async (count, largest, changes) => {
          // What is never removed has to arrive; the newest and the oldest come and go.
          const records = makeRecords(count, 1000);
          const lasting = idsOf(records);
          let last = 2000;
          const { feed, close } = await start({ records, stixExport: { order, largest } });
          try {
            const pending = [...changes];
            const delivered = new Set<string>();
            let cursor: Cursor | undefined;
            const [collection] = await feed.chosenCollections(signal);
            records.unshift(...makeRecords(10, 900));
            const read = async (): Promise<boolean> => {
              for await (const page of feed.source(collection!).pages(cursor, signal)) {
                for (const { id } of page.objects) delivered.add(id);
                cursor = page.cursor ?? cursor;
                const change = pending.shift();
                if (change === undefined) continue;
                records.splice(
                  0,
                  Math.min(
                    change.removed,
                    records.findIndex(({ object }) => object["id"] === lasting[0]),
                  ),
                );
                records.push(...makeRecords(change.added, last));
                last += change.added;
              }
              return true;
            };
            // A run may give up; the next one has to find what is missing.
            const isDone = await read().catch((error: unknown) => {
              if (error instanceof FeedError && error.message.includes("changes faster than it can be read")) return false;
              throw error;
            });
            if (!isDone) await read();
            expect(lasting.filter((id) => !delivered.has(id))).toEqual([]);
          } finally {
            await close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("goes on with what was added since, once, the last minutes asked for again", async () => {
    const records = makeRecords(30, 1, Date.now() - 60_000);
    const { feed } = await open({ records, stixExport: { order, largest: 20 } });
    const { cursor } = await walk(feed);
    const late = makeRecords(25, 100, Date.now() - 150_000);
    records.push(...late);
    const next = await walk(feed, cursor);
    expect(next.ids.toSorted()).toEqual(idsOf(late));
    expect(next.pages.flatMap(({ objects }) => objects.filter(({ type }) => type === "identity"))).toEqual([]);
  });
});

test("the position is the server's clock at the beginning, and only behind the end", async () => {
  const { feed } = await open({ records: makeRecords(50), stixExport: { largest: 20 } });
  const begun = await walk(feed, undefined, 1);
  expect(begun.cursor?.position).toBe(longAgo);
  const { position } = (await walk(feed, begun.cursor)).cursor!;
  expect(Math.abs(Date.parse(position) - Date.now())).toBeLessThan(60_000);
});

test("asks for less where so much is refused, and goes on from there", async () => {
  const seen: FeedRequest[] = [];
  const records = makeRecords(1500);
  const { feed } = await open({
    records,
    stixExport: { largest: 1000, refusesLarger: true },
    intercept: (request) => void seen.push(request),
  });
  expect((await walk(feed)).ids.toSorted()).toEqual(idsOf(records));
  const limits = seen.slice(1).map(({ query }) => query.get("limit"));
  expect(limits.slice(0, 5)).toEqual(["10000", "5000", "2500", "1250", "625"]);
  expect(new Set(limits.slice(5))).toEqual(new Set(["625"]));
});

test("a refusal that no limit mends is the answer", async () => {
  const { feed } = await open({
    records: [],
    intercept: ({ query }) =>
      query.get("limit") === "1" ? undefined : { status: 400, body: '{"error":{"code":"invalid_parameter","message":"since"}}' },
  });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", status: 400, code: "invalid_parameter" });
});

test("where offset means nothing, an export in one part is whole", async () => {
  const records = makeRecords(777);
  const { feed } = await open({ records, stixExport: { ignoresOffset: true } });
  const { ids, cursor } = await walk(feed);
  expect(ids.toSorted()).toEqual(idsOf(records));
  expect((await walk(feed, cursor)).ids).toEqual([]);
});

test.each([100, 1000])("where offset means nothing, an export of exactly %i is refused as cut off", async (largest) => {
  const { feed } = await open({ records: makeRecords(largest + 50), stixExport: { ignoresOffset: true, largest } });
  const failure = walk(feed);
  await expect(failure).rejects.toMatchObject({ name: "FeedError", message: expect.stringContaining("feed.source: taxii") });
});

test("an export that never stands still is given up with its reason", async () => {
  let number = 0;
  const { feed } = await open({
    records: [],
    intercept: ({ path }) => {
      if (!path.endsWith("/iocs/stix")) return undefined;
      number += 1;
      const objects = makeRecords(50, number * 1000).map(({ object }) => object);
      return { status: 200, headers: {}, body: JSON.stringify({ type: "bundle", objects }) };
    },
  });
  await expect(walk(feed)).rejects.toMatchObject({ message: expect.stringContaining("changes faster than it can be read") });
});

test("objects that are not STIX, and ones nested without end, are set aside with the reason", async () => {
  const [record] = makeRecords(1);
  const deep = `{"type":"x-deep","id":"x-deep--1","nested":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  const { feed } = await open({
    records: [],
    intercept: ({ query }) =>
      query.has("offset")
        ? undefined
        : { status: 200, body: `{"type":"bundle","objects":[${JSON.stringify(record!.object)},{"hello":"world"},${deep}]}` },
  });
  const [collection] = await feed.chosenCollections(signal);
  const [first] = await Array.fromAsync(feed.source(collection!, { mostPages: 1 }).pages(undefined, signal));
  expect(first).toMatchObject({
    objects: [{ id: record!.object["id"] }],
    unreadable: [{ content: { hello: "world" } }, { reason: expect.stringContaining("nested deeper") }],
  });
});

test.each([
  ["a page of a gateway", "<html>"],
  ["an error with status 200", '{"error":{"code":"maintenance"}}'],
  ["no objects but a text", '{"type":"bundle","objects":"none"}'],
])("%s is an error, not an empty export", async (_, body) => {
  const { feed } = await open({ records: [], intercept: () => ({ status: 200, body }) });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", exitCode: 3 });
});

test("a bundle without objects is an empty export", async () => {
  const { feed } = await open({ records: [], intercept: () => ({ status: 200, body: '{"type":"bundle","id":"bundle--1"}' }) });
  expect((await walk(feed)).ids).toEqual([]);
});

test("a position of TAXII is none of the export's, and the other way round", async () => {
  const { feed } = await open({ records: [] });
  const taxii = { schema: 2, position: longAgo, mode: "live", settled: longAgo, recent: [], witnesses: [], identities: [] };
  await expect(walk(feed, taxii)).rejects.toMatchObject({ name: "PositionError", exitCode: 2 });
});

test("a key without the plan is told so", async () => {
  const server = await startFeed({ records: [] });
  onTestFinished(() => server.close());
  const config = parseFeedConfig({ endpoint: server.endpoint, api_key: simulatedKeys.free, source: "stix-export" });
  const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick);
  onTestFinished(() => feed.close());
  await expect(feed.chosenCollections(signal)).rejects.toMatchObject({ status: 403, remedy: expect.stringContaining("read:stix") });
});

test("what a discarded part brought comes with the export that is read instead", async () => {
  const time = "2026-01-01T00:00:00.000Z";
  const changed = {
    type: "identity",
    id: "identity--00000000-0000-4000-8000-000000000001",
    created: time,
    modified: time,
    name: "new",
  };
  const marking = {
    type: "marking-definition",
    id: "marking-definition--00000000-0000-4000-8000-000000000007",
    created: time,
    definition_type: "statement",
    definition: { statement: "new" },
  };
  let list = makeRecords(40);
  let asked = 0;
  const { feed } = await open({
    records: [],
    intercept: ({ path, query }) => {
      if (!path.endsWith("/iocs/stix") || query.get("limit") === "1") return undefined;
      asked += 1;
      // The export is another one from the second part on, which begins anywhere in it and is discarded.
      if (asked === 2) list = [...makeRecords(100, 1000), ...list];
      const offset = Number(query.get("offset") ?? 0);
      const context = asked === 1 ? [{ ...changed, name: "old" }] : [changed, marking];
      const objects = [...context, ...list.slice(offset, offset + 20).map(({ object }) => object)];
      return { status: 200, headers: {}, body: JSON.stringify({ type: "bundle", objects }) };
    },
  });
  const { pages } = await walk(feed);
  const context = pages.map(({ objects }) => objects.filter(({ type }) => type !== "indicator").map(({ id }) => id));
  expect(context.slice(0, 2)).toEqual([[changed.id], [changed.id, marking.id]]);
  expect(context.slice(2).flat()).toEqual([]);
});
