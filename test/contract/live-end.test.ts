import { RebuiltError, type Cursor, type Feed, type SourceOptions } from "@socdefenders/shared";
import type { FeedRecord } from "@socdefenders/simulator";
import { describe, expect, test } from "vitest";
import { open } from "./feed.ts";

const signal = new AbortController().signal;

/** Times around the server's own clock: what is younger than five minutes may still get company. */
const now = Date.now();
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString().replace("Z", "000Z");

function record(number: number, date_added: string, modified = "2026-05-01T00:00:00.000Z"): FeedRecord {
  const id = `indicator--00000000-0000-4000-8000-${number.toString().padStart(12, "0")}`;
  const pattern = `[domain-name:value = 'h${number}.example']`;
  return {
    date_added,
    object: { type: "indicator", id, created: modified, modified, pattern, pattern_type: "stix", valid_from: modified },
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const numbersOf = (objects: readonly { type: string; id: string }[]): number[] =>
  objects.filter(({ type }) => type === "indicator").map(({ id }) => Number(id.slice(-12)));

async function walk(
  feed: Feed,
  from?: Cursor,
  options?: SourceOptions,
): Promise<{ numbers: number[]; cursor: Cursor | undefined }> {
  const [collection] = await feed.chosenCollections(signal);
  const numbers: number[] = [];
  let cursor = from;
  for await (const page of feed.source(collection!, options).pages(from, signal)) {
    numbers.push(...numbersOf(page.objects));
    cursor = page.cursor ?? cursor;
  }
  return { numbers, cursor };
}

/** The records in the order a server gives them. */
const sortInto = (records: FeedRecord[], ...added: FeedRecord[]): void => {
  records.push(...added);
  records.sort((one, other) => (one.date_added < other.date_added ? -1 : 1));
};

describe.each(["bundle", "envelope"] as const)("%s: at the live end", (container) => {
  test("an object that the server publishes behind its date is delivered, and nothing else again", async () => {
    const records = [record(1, ago(3600)), record(2, ago(100)), record(3, ago(50)), record(4, ago(10))];
    const { feed } = await open({ records, container });
    const first = await walk(feed);
    expect(first.numbers).toEqual([1, 2, 3, 4]);
    sortInto(records, record(5, ago(70)), record(6, ago(5)));
    const second = await walk(feed, first.cursor);
    expect(second.numbers).toEqual([5, 6]);
    sortInto(records, record(7, ago(60)), record(8, ago(70)));
    const third = await walk(feed, second.cursor);
    expect(third.numbers.toSorted()).toEqual([7, 8]);
    expect((await walk(feed, third.cursor)).numbers).toEqual([]);
  });

  test("an interruption while the overlap is read again loses nothing and repeats nothing", async () => {
    const records = range(0, 30).map((number) => record(number, ago(200 - number)));
    const { feed } = await open({ records, container, largestPage: 7 });
    const first = await walk(feed);
    sortInto(records, ...range(30, 50).map((number) => record(number, ago(200.5 - (number - 30)))));
    const [collection] = await feed.chosenCollections(signal);
    const delivered: number[] = [...first.numbers];
    let cursor = first.cursor;
    // Every walk ends after its first page, as a process that is killed then would.
    for (let walks = 0; walks < 12; walks += 1) {
      for await (const page of feed.source(collection!).pages(cursor, signal)) {
        delivered.push(...numbersOf(page.objects));
        cursor = page.cursor ?? cursor;
        if (page.objects.length > 0) break;
      }
    }
    expect(delivered.toSorted((one, other) => one - other)).toEqual(range(0, 50));
  });
});

test("the position says whether the walk has come to the end, and forgets what the server can no longer add to", async () => {
  const { feed } = await open({ records: range(0, 25).map((number) => record(number, ago(9000 - number))), largestPage: 10 });
  const [collection] = await feed.chosenCollections(signal);
  const cursors: (Cursor | undefined)[] = [];
  for await (const { cursor } of feed.source(collection!).pages(undefined, signal)) cursors.push(cursor);
  expect(cursors.map((cursor) => cursor?.["mode"])).toEqual(["backfill", "backfill", "backfill", "live"]);
  expect(cursors.at(-1)).toMatchObject({ position: ago(8976), recent: [{ until: ago(8976) }] });
});

test("a position of the first schema is gone on from", async () => {
  const records = range(0, 4).map((number) => record(number, ago(9000 - number)));
  const { feed } = await open({ records });
  const { cursor } = await walk(feed);
  const boundary = (cursor as unknown as { recent: { fingerprints: string[] }[] }).recent[0]!.fingerprints;
  records.push(record(4, ago(8000)));
  expect((await walk(feed, { schema: 1, position: cursor!.position, boundary })).numbers).toEqual([4]);
});

describe("a collection that was rebuilt", () => {
  const old = range(0, 40).map((number) => record(number, ago(9000 - number)));

  test("under older dates, with other objects: stops, and reads it anew once that is accepted", async () => {
    const records = [...old];
    const { feed } = await open({ records, largestPage: 10 });
    const { cursor } = await walk(feed);
    records.splice(0, records.length, ...range(100, 120).map((number) => record(number, ago(20_000 - number))));
    await expect(walk(feed, cursor)).rejects.toSatisfy(
      (error) => error instanceof RebuiltError && error.exitCode === 2 && error.remedy.includes("--accept-reset"),
    );
    expect((await walk(feed, cursor, { acceptReset: true })).numbers).toEqual(range(100, 120));
  });

  test("by loading the same objects again under new dates: stops before any of them is delivered twice", async () => {
    const records = [...old];
    const { feed } = await open({ records, largestPage: 10 });
    const { cursor } = await walk(feed);
    records.splice(0, records.length, ...range(0, 40).map((number) => record(number, ago(900 - number))));
    await expect(walk(feed, cursor)).rejects.toThrow("added anew");
  });

  test("is not what a feed does that withdraws its newest objects, all of its objects, or gives them new versions", async () => {
    const records = [...old];
    const { feed } = await open({ records, largestPage: 10 });
    const { cursor } = await walk(feed);
    records.splice(30);
    expect((await walk(feed, cursor)).numbers).toEqual([]);
    records.splice(0);
    expect((await walk(feed, cursor)).numbers).toEqual([]);
    records.push(...range(0, 40).map((number) => record(number, ago(900 - number), "2026-06-01T00:00:00.000Z")));
    expect((await walk(feed, cursor)).numbers).toEqual(range(0, 40));
  });
});

test("ties that no answer holds are passed over only when that is accepted, and the rest is delivered", async () => {
  const ties = range(0, 30).map((number) => record(number, ago(9000)));
  const { feed } = await open({ records: [...ties, record(50, ago(8000))], largestPage: 10 });
  await expect(walk(feed)).rejects.toThrow("--accept-gap");
  const { numbers } = await walk(feed, undefined, { acceptGap: true });
  expect(numbers).toEqual([...range(0, 10), 50]);
});

test("a run reads so many pages and leaves the rest to the next one", async () => {
  const { feed } = await open({ records: range(0, 40).map((number) => record(number, ago(9000 - number))), largestPage: 10 });
  const first = await walk(feed, undefined, { mostPages: 2 });
  expect(first.numbers).toHaveLength(19);
  const second = await walk(feed, first.cursor);
  expect([...first.numbers, ...second.numbers]).toEqual(range(0, 40));
});

test("cursors that expire at a feed without dates are an error that says so, after a bounded number of requests", async () => {
  const { feed, server } = await open({
    records: range(0, 30).map((number) => record(number, ago(9000 - number))),
    container: "envelope",
    dateHeaders: "none",
    cursorRequests: 1,
    largestPage: 10,
  });
  await expect(walk(feed)).rejects.toMatchObject({ name: "FeedError", message: expect.stringContaining("no dates to go on from") });
  expect(server.requests()).toBeLessThan(10);
});

test("a limit that the feed takes only in part hides no ties", async () => {
  const ties = [record(900, ago(9100)), ...range(0, 100).map((number) => record(number, ago(9000)))];
  const { feed } = await open({ records: [...ties, record(901, ago(8000))], largestLimit: 130 });
  const { numbers } = await walk(feed);
  expect(numbers.toSorted()).toEqual([900, ...range(0, 100), 901].toSorted());
});

test("a date far ahead of the feed's own clock moves no position", async () => {
  const records = range(0, 30).map((number) => record(number, ago(9000 - number)));
  const { feed } = await open({
    records,
    container: "envelope",
    largestPage: 10,
    intercept: ({ number, path }) =>
      path.endsWith("/objects/") && number === 3
        ? {
            status: 200,
            headers: { "x-taxii-date-added-last": "2999-01-01T00:00:00.000000Z" },
            body: JSON.stringify({ objects: records.slice(0, 10).map(({ object }) => object) }),
          }
        : undefined,
  });
  const first = await walk(feed);
  expect(first.cursor?.position ?? "").not.toContain("2999");
  expect(new Set([...first.numbers, ...(await walk(feed, first.cursor)).numbers])).toEqual(new Set(range(0, 30)));
});

test("an object that the feed adds once more is no rebuilt collection, even where it is the only one", async () => {
  const records = [record(1, ago(9000))];
  const { feed } = await open({ records });
  const { cursor } = await walk(feed);
  records.splice(0, 1, record(1, ago(600)));
  expect((await walk(feed, cursor)).numbers).toEqual([]);
});
