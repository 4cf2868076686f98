import { createMemoryStore, run, type Cursor, type Page } from "@socdefenders/shared";
import type { FaultKind } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { indicatorIds, open, recordsInGroups, sortedIds, walk } from "./feed.ts";

// The vendor's sample loop has eleven defects, a to k. Each has a test that this client has it not.

const thirty = recordsInGroups(Array.from({ length: 10 }, () => 3));
const signal = new AbortController().signal;

test("a: objects that share a date are not lost where a page ends between them", async () => {
  // Twelve bulk inserts of 83 or 84, pages of 100.
  const records = recordsInGroups(Array.from({ length: 12 }, (_, index) => (index < 4 ? 84 : 83)));
  expect(records).toHaveLength(1000);
  expect((await walk(await open({ records, largestPage: 100 }))).ids.toSorted()).toEqual(sortedIds(records));
});

test("b, c: the position is saved behind each page that the target confirmed; a failure half-way repeats no page before it", async () => {
  const { feed } = await open({ records: thirty, largestPage: 10 });
  const [collection] = await feed.chosenCollections(signal);
  const checkpoints = createMemoryStore();
  const key = { target: "test", endpoint: feed.endpoint, collection: "soc-defenders-all" };
  const held: string[] = [];
  let writes = 0;
  const deliver = async (): Promise<void> => {
    const outcomes = run<string>({
      source: feed.source(collection!),
      map: ({ id }) => ({ kind: "items", items: [id] }),
      sink: {
        check: async () => undefined,
        write: async (items) => {
          writes += 1;
          if (writes === 2) throw new Error("the target is away");
          held.push(...items);
          return [];
        },
        close: async () => undefined,
      },
      checkpoints,
      deadLetters: { add: async () => 0 },
      key,
      signal,
    });
    for await (const outcome of outcomes) expect(outcome.position).toBe((await checkpoints.load(key))?.position);
  };
  await expect(deliver()).rejects.toThrow("the target is away");
  expect((await checkpoints.load(key))?.position).toBe("2026-05-01T00:00:00.000003Z");
  await deliver();
  expect(held.filter((id) => id.startsWith("indicator")).toSorted()).toEqual(sortedIds(thirty));
});

test.each<FaultKind>(["too-many-requests", "server-error", "unavailable", "html-error", "reset-before-head", "cut-gzip"])(
  "d: one %s ends nothing",
  async (kind) => {
    const { ids, error } = await walk(await open({ records: thirty, largestPage: 10, faults: [{ kind, when: { numbers: [2] } }] }));
    expect(error).toBeUndefined();
    expect(ids.toSorted()).toEqual(sortedIds(thirty));
  },
);

test.each<FaultKind>(["late", "drip"])("e: a feed that is slow for ever (%s) is given up", async (kind) => {
  const faults = [{ kind, when: { every: 1 } }] as const;
  const opened = await open({ records: thirty, faults, slowMs: kind === "late" ? 60_000 : 20 }, { timeout_ms: 40 });
  expect((await walk(opened)).error).toMatchObject({ exitCode: 3, message: expect.stringContaining("cannot be reached") });
});

test("f: a server that sends less than was asked for is read on at once, without a pause between pages", async () => {
  const opened = await open({ records: thirty, largestPage: 10 });
  const started = performance.now();
  expect((await walk(opened)).ids).toHaveLength(30);
  expect(performance.now() - started).toBeLessThan(15_000);
});

test("g: times that the client makes have six digits", async () => {
  const opened = await open(
    { records: thirty, largestPage: 10, headerPrecision: "second", datePrecision: "second" },
    { start: "P400D" },
  );
  await walk(opened);
  const times = opened.seen.map(({ query }) => query.get("added_after")).filter((time) => time !== null);
  expect(times[0]).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
});

test.each([
  ["bundle", 20],
  ["envelope", 20],
] as const)("h: pages without X-TAXII headers do not make it ask for the same page for ever (%s)", async (container, most) => {
  const opened = await open({ records: thirty, container, dateHeaders: "none", next: "none", largestPage: 10 }, { page_size: 10 });
  expect((await walk(opened)).error).toMatchObject({
    name: "FeedError",
    message: expect.stringMatching(/paging does not lead on/),
  });
  expect(opened.server.requests()).toBeLessThan(most);
});

test.each(["stateless", "popped", "one-for-all"] as const)("i: more and next are followed (%s)", async (next) => {
  const records = recordsInGroups([35]);
  const { ids } = await walk(await open({ records, container: "envelope", next, largestPage: 10 }));
  expect(ids.toSorted()).toEqual(sortedIds(records));
});

test("j: the identity on every page is delivered once", async () => {
  const { pages } = await walk(await open({ records: thirty, largestPage: 10 }));
  const types = pages.flatMap(({ objects }: Page) => objects.map(({ type }) => type));
  expect(types.filter((type) => type === "identity")).toHaveLength(1);
});

// That a second instance does not start is tested in test/end-to-end/lock.test.ts.
test("k: a stop ends the walk at once, and the next run goes on from the page before", async () => {
  const { feed } = await open({ records: thirty, largestPage: 10 });
  const [collection] = await feed.chosenCollections(signal);
  const stop = new AbortController();
  const ids: string[] = [];
  let cursor: Cursor | undefined;
  const read = async (): Promise<void> => {
    for await (const page of feed.source(collection!).pages(undefined, stop.signal)) {
      ids.push(...indicatorIds(page));
      ({ cursor } = page);
      stop.abort(new Error("stopped by SIGTERM"));
    }
  };
  await expect(read()).rejects.toThrow("stopped by SIGTERM");
  const rest = await walk({ feed }, { from: cursor });
  expect([...ids, ...rest.ids].toSorted()).toEqual(sortedIds(thirty));
});
