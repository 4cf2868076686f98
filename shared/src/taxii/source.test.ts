import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { silentLogger } from "../log/logger.ts";
import type { Cursor } from "../pipeline/contract.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";
import type { WalkClient } from "./client.ts";
import type { Collection } from "./resources.ts";
import { sharePages } from "./shared-pages.ts";
import { createTaxiiSource } from "./source.ts";

const signal = new AbortController().signal;
const collection: Collection = { id: "all", title: "All", can_read: true };
const origin = 1_780_000_000_000_000n;
const time = (seconds: number): string => fromMicroseconds(origin + BigInt(Math.round(seconds * 1e6)));

/** An object with a date, and the time the server shows it, both in seconds. */
interface Published {
  readonly id: string;
  readonly date: number;
  readonly visibleAt: number;
}

/** A server that publishes some objects behind their date, with a clock that every request moves on. */
function createServer(published: readonly Published[], page: number, hasCursors: boolean) {
  const state = { now: 0, requests: 0 };
  const objects: WalkClient["objects"] = async (_, { addedAfter, limit, next }) => {
    state.requests += 1;
    state.now += 0.5;
    const after = next ?? addedAfter;
    const visible = published
      .filter(({ date, visibleAt }) => visibleAt <= state.now && time(date) > after)
      .toSorted((one, other) => one.date - other.date);
    const size = Math.min(limit, page);
    // A page holds ties and what follows them, so that every walk can come to its end.
    const [, second = Infinity] = [...new Set(visible.map(({ date }) => date))];
    const edge = Math.max(visible[size - 1]?.date ?? Infinity, second);
    const served = visible.filter(({ date }) => date <= edge);
    const last = served.at(-1);
    const more = served.length < visible.length;
    return {
      objects: served.map(({ id }) => ({ type: "indicator", id, modified: time(0), created: time(0), ...pattern })),
      more: hasCursors ? more : undefined,
      next: hasCursors && more && last !== undefined ? time(last.date) : undefined,
      dateAddedFirst: served[0] && time(served[0].date),
      dateAddedLast: last && time(last.date),
      clock: time(Math.floor(state.now)),
      limit,
    };
  };
  return { state, client: { objects } satisfies WalkClient };
}

const pattern = { pattern: "[url:value = 'https://a.example/']", pattern_type: "stix", valid_from: time(0) };

/** Objects that appear up to five minutes behind their date. */
const publishedLate = fc
  .array(fc.record({ date: fc.integer({ min: 0, max: 900 }), delay: fc.integer({ min: 0, max: 299 }) }), { maxLength: 60 })
  .map((drawn) =>
    drawn.map(({ date, delay }, index): Published => ({
      id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      date,
      visibleAt: date + delay,
    })),
  );

test("whatever a server publishes late within the overlap is delivered, and everything once", async () => {
  const polls = fc.array(fc.record({ pause: fc.integer({ min: 1, max: 400 }), pages: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      publishedLate,
      polls,
      fc.integer({ min: 3, max: 12 }),
      fc.boolean(),
      async (objects, runs, page, hasCursors) => {
        const { state, client } = createServer(objects, page, hasCursors);
        const source = createTaxiiSource({ client, collection, start: time(-1), pageSize: 100, log: silentLogger });
        const delivered: string[] = [];
        let cursor: Cursor | undefined;
        // Runs that end after some pages, as a killed process would, and a last one when everything is out.
        for (const { pause, pages } of [...runs, { pause: 2000, pages: Infinity }, { pause: 1, pages: Infinity }]) {
          state.now += pause;
          let count = 0;
          for await (const step of source.pages(cursor, signal)) {
            delivered.push(...step.objects.map(({ id }) => id));
            // Positions survive as JSON.
            cursor = step.cursor === undefined ? cursor : (JSON.parse(JSON.stringify(step.cursor)) as Cursor);
            count += 1;
            if (count >= pages) break;
          }
        }
        expect(delivered.toSorted()).toEqual(objects.map(({ id }) => id).toSorted());
        expect(state.requests).toBeLessThan(40 * (runs.length + 3));
        const settled = (cursor as unknown as { settled?: string } | undefined)?.settled;
        expect(settled === undefined || (toMicroseconds(settled) ?? 0n) <= (toMicroseconds(String(cursor?.position)) ?? 0n)).toBe(
          true,
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("the same for two readers, of which one may get what the other was answered up to a minute ago", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const run = fc.record({ reader: fc.nat(1), pause: fc.integer({ min: 1, max: 90 }), pages: fc.integer({ min: 1, max: 4 }) });
  const runs = fc.array(run, { minLength: 10, maxLength: 40, size: "max" });
  const last = [2000, 1].flatMap((pause) => [0, 1].map((reader) => ({ reader, pause, pages: Infinity })));
  let saved = 0;
  await fc.assert(
    fc.asyncProperty(
      publishedLate,
      runs,
      fc.integer({ min: 3, max: 12 }),
      fc.boolean(),
      async (objects, drawn, page, hasCursors) => {
        const { state, client } = createServer(objects, page, hasCursors);
        const shared = sharePages({ ...client, collections: () => Promise.resolve([collection]) });
        const readers = [0, 1].map(() => ({ delivered: [] as string[], cursor: undefined as Cursor | undefined, asked: 0 }));
        for (const { reader, pause, pages } of [...drawn, ...last]) {
          state.now += pause;
          vi.advanceTimersByTime(pause * 1000);
          const own = readers[reader]!;
          const walk = shared.walk();
          const counted: WalkClient = { objects: (...query) => walk.objects(...query).finally(() => (own.asked += 1)) };
          const options = { client: counted, collection, start: time(-1), pageSize: 100, log: silentLogger };
          let count = 0;
          for await (const step of createTaxiiSource(options).pages(own.cursor, signal)) {
            own.delivered.push(...step.objects.map(({ id }) => id));
            own.cursor = step.cursor === undefined ? own.cursor : (JSON.parse(JSON.stringify(step.cursor)) as Cursor);
            count += 1;
            if (count >= pages) break;
          }
        }
        for (const { delivered } of readers) expect(delivered.toSorted()).toEqual(objects.map(({ id }) => id).toSorted());
        saved += readers[0]!.asked + readers[1]!.asked - state.requests;
      },
    ),
    { numRuns: 200 },
  );
  expect(saved).toBeGreaterThan(200);
});

test("as many ties as fill thousands of pages are walked by cursors again, to what was added behind them", async () => {
  const tie = (index: number, date = 0): Published => ({
    id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    date,
    visibleAt: 0,
  });
  const objects = Array.from({ length: 3300 }, (_, index) => tie(index));
  let requests = 0;
  // Three on a page, and a cursor that counts.
  const client: WalkClient = {
    async objects(_, { addedAfter, limit, next }) {
      requests += 1;
      const matching = addedAfter < time(0) ? objects : objects.filter(({ date }) => date > 0);
      const start = Number(next ?? 0);
      const page = matching.slice(start, start + 3);
      const more = matching.length > start + 3;
      return {
        objects: page.map(({ id }) => ({ type: "indicator", id, modified: time(0), created: time(0), ...pattern })),
        more,
        next: more ? String(start + 3) : undefined,
        dateAddedFirst: page[0] && time(page[0].date),
        dateAddedLast: page.at(-1) && time(page.at(-1)!.date),
        clock: time(100_000),
        limit,
      };
    },
  };
  const source = createTaxiiSource({ client, collection, start: time(-1), pageSize: 100, log: silentLogger });
  const read = async (from: Cursor | undefined): Promise<{ count: number; cursor: Cursor | undefined }> => {
    let count = 0;
    let cursor = from;
    for await (const page of source.pages(from, signal)) {
      count += page.objects.length;
      cursor = page.cursor ?? cursor;
    }
    return { count, cursor };
  };
  const first = await read(undefined);
  objects.push(tie(9000, 5));
  expect([first.count, (await read(first.cursor)).count]).toEqual([3300, 1]);
  expect(requests).toBeLessThan(8000);
});
