import fc from "fast-check";
import { expect, test } from "vitest";
import { silentLogger } from "../log/logger.ts";
import type { Cursor } from "../pipeline/contract.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";
import type { WalkClient } from "./client.ts";
import type { Collection } from "./resources.ts";
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

test("whatever a server publishes late within the overlap is delivered, and everything once", async () => {
  const published = fc
    .array(fc.record({ date: fc.integer({ min: 0, max: 900 }), delay: fc.integer({ min: 0, max: 299 }) }), { maxLength: 60 })
    .map((drawn) =>
      drawn.map(({ date, delay }, index): Published => ({
        id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
        date,
        visibleAt: date + delay,
      })),
    );
  const polls = fc.array(fc.record({ pause: fc.integer({ min: 1, max: 400 }), pages: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(published, polls, fc.integer({ min: 3, max: 12 }), fc.boolean(), async (objects, runs, page, hasCursors) => {
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
    }),
    { numRuns: 500 },
  );
});
