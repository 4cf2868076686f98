import fc from "fast-check";
import { expect, test } from "vitest";
import type { HistoryEntry } from "../history-entry.ts";
import { bucketsOf, ranges } from "./buckets.ts";

const now = Date.parse("2026-11-21T14:30:00Z");
const entry = (time: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: new Date(time).toISOString(),
  target: "splunk",
  collection: "all",
  runs: 1,
  failed: 0,
  read: 0,
  delivered: 0,
  skipped: 0,
  refused: 0,
  duration_ms: 0,
  position: null,
  ...more,
});

const drawn = fc.array(fc.record({ ago: fc.integer({ min: -3 * 86_400_000, max: 40 * 86_400_000 }), delivered: fc.nat(1000) }));

test.each(ranges)("the bars of $name hold each run of that time once, and no other", (range) => {
  fc.assert(
    fc.property(drawn, (runs) => {
      const buckets = bucketsOf(
        runs.map(({ ago, delivered }) => entry(now - ago, { delivered })),
        range,
        now,
      );
      const [first, last] = [buckets[0]?.start ?? 0, buckets.at(-1)?.end ?? 0];
      expect([buckets.length, last - first]).toEqual([range.steps, range.steps * range.stepMs]);
      expect(now >= last - range.stepMs && now < last).toBe(true);
      const covered = runs.filter(({ ago }) => now - ago >= first && now - ago < last);
      const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
      expect(sum(buckets.map(({ delivered }) => delivered))).toBe(sum(covered.map(({ delivered }) => delivered)));
      expect(sum(buckets.map(({ runs: count }) => count))).toBe(covered.length);
    }),
  );
});

test("the lag is that of the collection furthest behind, as its last run of the step left it", () => {
  const at = now - 60_000;
  const behind = (seconds: number): string => new Date(at - seconds * 1000).toISOString();
  const buckets = bucketsOf(
    [
      entry(at, { position: behind(9000) }),
      entry(at, { position: behind(40) }),
      entry(at, { collection: "hashes", position: behind(70) }),
      entry(at, { collection: "emails" }),
    ],
    ranges[0],
    now,
  );
  expect(buckets.at(-1)?.lag).toBe(70);
  expect(buckets.at(-2)?.lag).toBeNull();
});
