import fc from "fast-check";
import { expect, test } from "vitest";
import { createDayBudget } from "./day-budget.ts";

const start = Date.parse("2026-05-01T07:03:00Z");
const hourMs = 3600_000;
const dayMs = 24 * hourMs;

interface Phase {
  readonly isBackfill: boolean;
  readonly hours: number;
  /** Milliseconds from one request to the next where nothing holds it back. */
  readonly everyMs: number;
}

/** The times of requests of 2.5 units that ask as often as the phases say and go when they may. */
function run(perDay: number, phases: readonly Phase[], reserve?: number): number[] {
  const budget = createDayBudget({ perDay, reserve });
  const times: number[] = [];
  let now = start;
  for (const { isBackfill, hours, everyMs } of phases) {
    const end = now + hours * hourMs;
    while (now < end) {
      const pause = budget.delay(2.5, isBackfill, now);
      if (pause === 0) {
        budget.spend(2.5, isBackfill, now);
        times.push(now);
      }
      now += pause === 0 ? everyMs : pause;
    }
  }
  return times;
}

function mostInADay(times: readonly number[]): number {
  let first = 0;
  let most = 0;
  times.forEach((time, last) => {
    while (times[first]! <= time - dayMs) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most * 2.5;
}

test("no 24 hours hold more than the budget, however requests come", () => {
  const phases = fc.array(
    fc.record({
      isBackfill: fc.boolean(),
      hours: fc.integer({ min: 1, max: 40 }),
      everyMs: fc.integer({ min: 1000, max: 600_000 }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 10_000 }), phases, (perDay, requests) => {
      expect(mostInADay(run(perDay, requests))).toBeLessThanOrEqual(perDay);
    }),
    { numRuns: 50 },
  );
});

test("a back-fill runs freely through a tenth of the day's budget, then evenly, and never stands still", () => {
  const times = run(10_000, [{ isBackfill: true, hours: 72, everyMs: 1000 }]);
  expect(times[399]! - start).toBe(399_000);
  const gaps = times.slice(401).map((time, index) => time - times[400 + index]!);
  expect(Math.max(...gaps)).toBeLessThan(60_000);
  expect(times.length).toBeGreaterThan(3 * 0.97 * 4000);
});

test("what is idle is made up for", () => {
  const work = { isBackfill: true, hours: 10, everyMs: 1000 };
  const idle = { ...work, hours: 2, everyMs: 2 * hourMs };
  const times = run(10_000, [work, idle, { ...work, hours: 12 }]);
  expect(times.length).toBeGreaterThan(0.95 * 4000);
});

test("a back-fill leaves live polling the reserve: twice what it took, a hundredth at least and the given share at most", () => {
  const left = (polls: number, reserve: number): number => {
    const budget = createDayBudget({ perDay: 10_000, reserve });
    for (let poll = 0; poll < polls; poll += 1) budget.spend(2.5, false, start);
    const end = start + dayMs;
    for (let now = start; now < end; now += Math.max(1, budget.delay(2.5, true, now))) {
      if (budget.delay(2.5, true, now) === 0) budget.spend(2.5, true, now);
    }
    return Math.round((10_000 - budget.spent(end)) / 100) / 100;
  };
  expect(left(0, 0.1)).toBe(0.01);
  expect(left(100, 0.1)).toBe(0.05);
  expect(left(1000, 0.1)).toBe(0.1);
  expect(left(1000, 0.2)).toBe(0.2);
});
