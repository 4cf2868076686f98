import { openFeed, parseFeedConfig, silentLogger, type Cursor, type Feed, type Page } from "@socdefenders/shared";
import { simulatedKeys, startFeed, type FeedOptions, type FeedRecord, type RunningFeed } from "@socdefenders/simulator";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";

const signal = new AbortController().signal;
const quick = { attempts: 3, baseMs: 1, maximumMs: 1, repeatUnknown: true };

/** Records whose groups of the given sizes share one `date_added` each, a microsecond apart. */
function recordsInGroups(sizes: readonly number[]): FeedRecord[] {
  let number = 0;
  return sizes.flatMap((size, group) =>
    Array.from({ length: size }, () => {
      number += 1;
      const id = `indicator--00000000-0000-4000-8000-${number.toString().padStart(12, "0")}`;
      const time = "2026-05-01T00:00:00.000Z";
      const object = {
        type: "indicator",
        id,
        created: time,
        modified: time,
        pattern: `[domain-name:value = 'h${number}.example']`,
        pattern_type: "stix",
        valid_from: time,
      };
      return { date_added: `2026-05-01T00:00:00.${String(group).padStart(6, "0")}Z`, object };
    }),
  );
}

interface Walk {
  readonly ids: string[];
  readonly cursor: Cursor | undefined;
}

/** Walks from a cursor; `pages` stops after so many, as a process that ends there would. */
async function walk(feed: Feed, from?: Cursor, pages = Infinity): Promise<Walk> {
  const [collection] = await feed.chosenCollections(signal);
  const ids: string[] = [];
  let cursor = from;
  let count = 0;
  if (pages === 0) return { ids, cursor };
  for await (const page of feed.source(collection!).pages(from, signal)) {
    ids.push(...indicatorIds(page));
    cursor = page.cursor ?? cursor;
    count += 1;
    if (count >= pages) break;
  }
  return { ids, cursor };
}

const indicatorIds = ({ objects }: Page): string[] => objects.filter(({ type }) => type === "indicator").map(({ id }) => id);

async function open(options: FeedOptions, pageSize = 1000): Promise<{ server: RunningFeed; feed: Feed }> {
  const server = await startFeed(options);
  onTestFinished(() => server.close());
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    api_key: simulatedKeys.pro,
    collections: ["soc-defenders-all"],
    start: "1970-01-01T00:00:00Z",
    page_size: pageSize,
  });
  const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick);
  onTestFinished(() => feed.close());
  return { server, feed };
}

const sortedIds = (records: readonly FeedRecord[]): string[] => records.map(({ object }) => String(object["id"])).toSorted();

describe.each(["bundle", "envelope"] as const)("%s", (container) => {
  test("delivers the set that is served, once, whatever the ties, the page size and the place it was interrupted", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: 10, max: 14 }),
        fc.integer({ min: 0, max: 4 }),
        async (groups, largestPage, pagesBeforeStop) => {
          const records = recordsInGroups(groups);
          const server = await startFeed({ records, container, largestPage });
          const config = parseFeedConfig({
            endpoint: server.endpoint,
            api_key: simulatedKeys.pro,
            collections: ["soc-defenders-all"],
            start: "1970-01-01T00:00:00Z",
          });
          const feed = openFeed(config, { log: silentLogger, userAgent: "test" }, quick);
          try {
            const before = await walk(feed, undefined, pagesBeforeStop);
            const after = await walk(feed, before.cursor);
            expect([...before.ids, ...after.ids].toSorted()).toEqual(sortedIds(records));
            expect((await walk(feed, after.cursor)).ids).toEqual([]);
          } finally {
            await feed.close();
            await server.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("goes on with what was added since, ties with the last one included", async () => {
    const records = recordsInGroups([3, 4]);
    const { feed } = await open({ records, container });
    const { cursor } = await walk(feed);
    const late = recordsInGroups([3, 7, 2]).slice(7);
    records.push(...late);
    expect((await walk(feed, cursor)).ids.toSorted()).toEqual(sortedIds(late));
  });

  test("an empty collection has no pages and no position", async () => {
    const { feed } = await open({ records: [], container });
    expect(await walk(feed)).toEqual({ ids: [], cursor: undefined });
  });
});

test("more ties than an answer holds, and no next: says so and stays, instead of passing over them", async () => {
  const { feed } = await open({ records: recordsInGroups([2, 30, 2]), largestPage: 10 });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", message: expect.stringContaining("share the date") });
});

test("a small page size is no obstacle: the limit grows until the ties fit", async () => {
  const records = recordsInGroups([2, 300, 2]);
  const { feed } = await open({ records }, 10);
  expect((await walk(feed)).ids.toSorted()).toEqual(sortedIds(records));
});

test("a next cursor that stops working costs a restart from the position, and no object", async () => {
  const records = recordsInGroups(Array.from({ length: 50 }, () => 1));
  const expireOnce = new Set<string>();
  const { feed } = await open({
    records,
    container: "envelope",
    largestPage: 10,
    intercept: ({ query }) => {
      const next = query.get("next");
      if (next === null || expireOnce.size > 0) return undefined;
      expireOnce.add(next);
      return { status: 400, body: '{"title":"\'next\' not valid"}' };
    },
  });
  const { ids } = await walk(feed);
  expect(expireOnce.size).toBe(1);
  expect(ids.toSorted()).toEqual(sortedIds(records));
});

test("one cursor for the whole walk, and more ties than a page holds: read to the end, and once", async () => {
  const records = recordsInGroups([35]);
  const objects = records.map(({ object }) => object);
  let place = 0;
  const { feed } = await open({
    records,
    intercept: ({ path, query }) => {
      if (!path.endsWith("/objects/")) return undefined;
      place = query.has("next") ? place + 10 : 0;
      const more = place + 10 < objects.length;
      const body = { more, ...(more && { next: "the-same-for-all-pages" }), objects: objects.slice(place, place + 10) };
      return { status: 200, headers: { "x-taxii-date-added-last": records[0]!.date_added }, body: JSON.stringify(body) };
    },
  });
  const { ids, cursor } = await walk(feed);
  expect(ids.toSorted()).toEqual(sortedIds(records));
  expect((await walk(feed, cursor)).ids).toEqual([]);
});

test("429 with Retry-After and passing 503s are waited out", async () => {
  const records = recordsInGroups([5]);
  const { feed } = await open({
    records,
    intercept: ({ number }) => {
      if (number === 2) return { status: 429, headers: { "retry-after": "0" }, body: "" };
      return number === 3 || number === 5 ? { status: 503, body: "<html>" } : undefined;
    },
  });
  expect((await walk(feed)).ids).toHaveLength(5);
});

test.each([
  ["the same next again", { more: true, next: "same", objects: [] }, {}, /same next cursor and the same page/],
  ["more, nothing served, and no way on", { more: true, objects: [] }, {}, /neither next nor/],
  ["an error with status 200", { error: { code: "maintenance" } }, {}, /neither objects, nor more, nor next/],
  ["more, and no way on", { more: true, objects: recordsInGroups([1]).map(({ object }) => object) }, {}, /neither next nor/],
])("%s is an error, not a loop", async (_, body, headers, message) => {
  const { feed } = await open({
    records: [],
    intercept: ({ path }) => (path.endsWith("/objects/") ? { status: 200, headers, body: JSON.stringify(body) } : undefined),
  });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", message: expect.stringMatching(message) });
});

test("objects that are not STIX are set aside with the reason, the others go on", async () => {
  const records = recordsInGroups([3]);
  const { feed } = await open({ records: [...records, { date_added: "2026-05-02T00:00:00.000000Z", object: { hello: "world" } }] });
  const [collection] = await feed.chosenCollections(signal);
  const pages = await Array.fromAsync(feed.source(collection!).pages(undefined, signal));
  expect(pages.flatMap(indicatorIds)).toHaveLength(3);
  expect(pages.flatMap(({ unreadable }) => unreadable)).toEqual([
    { reason: expect.stringContaining("not a STIX object"), content: { hello: "world" } },
  ]);
});

test("a page of nothing but other things holds the position", async () => {
  const strange = Array.from({ length: 12 }, (_, index) => ({ date_added: "2026-05-02T00:00:00.000000Z", object: { row: index } }));
  const { feed } = await open({ records: strange });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", message: expect.stringContaining("12 of 13 objects") });
});

test("null members, doubles on one page and objects nested without end cost nothing else", async () => {
  const [record] = recordsInGroups([1]);
  // Text, since JSON.stringify itself cannot write the deep one.
  const deep = `{"type":"x-deep","id":"x-deep--1","nested":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  const double = JSON.stringify(record!.object);
  const other = "x-y--00000000-0000-4000-8000-000000000001";
  const text = [double, deep, double, `{"type":"x-y","id":"${other}","note":null}`].join();
  const { feed } = await open({
    records: [],
    container: "envelope",
    intercept: ({ path, query }) => {
      if (!path.endsWith("/objects/") || query.get("added_after")! > "2026") return undefined;
      const headers = { "x-taxii-date-added-last": "2026-05-01T00:00:00.000000Z" };
      return { status: 200, headers, body: `{"more":null,"next":null,"objects":[${text}]}` };
    },
  });
  const [collection] = await feed.chosenCollections(signal);
  const pages = await Array.fromAsync(feed.source(collection!).pages(undefined, signal));
  expect(pages.flatMap((page) => page.objects.map(({ id }) => id))).toEqual([record!.object["id"], other]);
  expect(pages.flatMap(({ unreadable }) => unreadable)).toEqual([
    { reason: expect.stringContaining("nested deeper"), content: { type: "x-deep", id: "x-deep--1", nested: "…" } },
  ]);
});

test("a date that moves on with nothing behind it is the end, not a reason to ask for ever", async () => {
  let requests = 0;
  const { feed } = await open({
    records: [],
    intercept: ({ path }) => {
      if (!path.endsWith("/objects/")) return undefined;
      requests += 1;
      const objects = [{ type: "identity", id: "identity--1", name: "SOC Defenders", modified: new Date().toISOString() }];
      const time = `2026-05-01T00:00:${String(requests).padStart(2, "0")}.000000Z`;
      return { status: 200, headers: { "x-taxii-date-added-last": time }, body: JSON.stringify({ objects }) };
    },
  });
  const [collection] = await feed.chosenCollections(signal);
  const pages = await Array.fromAsync(feed.source(collection!).pages(undefined, signal));
  expect(pages).toEqual([expect.objectContaining({ objects: [expect.objectContaining({ type: "identity" })], cursor: undefined })]);
  expect(requests).toBeLessThan(4);
});

test("the key does not follow a redirect or an API root to a stranger", async () => {
  const seen: unknown[] = [];
  const thief = await startFeed({ records: [], intercept: ({ headers }) => (seen.push(headers), undefined) });
  onTestFinished(() => thief.close());
  const elsewhere = thief.url.replace("127.0.0.1", "localhost");
  for (const answer of [
    { status: 302, headers: { location: `${elsewhere}/api/taxii2/` }, body: "" },
    { status: 200, body: JSON.stringify({ default: `${elsewhere}/api/taxii2/api/` }) },
  ]) {
    const { feed } = await open({ records: [], intercept: () => answer });
    await expect(feed.listCollections(signal)).rejects.toMatchObject({ message: expect.stringContaining("must not see the key") });
  }
  expect(seen).toEqual([]);
});
