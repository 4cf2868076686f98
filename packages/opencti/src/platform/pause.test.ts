import { expect, test } from "vitest";
import { pauseFor, pauseMs } from "./pause.ts";

test("a period between runs; behind failures a minute, then twice as long, never longer than the period", () => {
  const hour = 3_600_000;
  expect([0, 1, 2, 3, 7, 500].map((failures) => pauseMs(hour, failures))).toEqual([hour, 60_000, 120_000, 240_000, hour, hour]);
  expect(pauseMs(60_000, 3)).toBe(60_000);
});

test("a period of a month is waited for, though no timer lasts as long", async () => {
  const timers: number[] = [];
  const wait = ((milliseconds: number) => (timers.push(milliseconds), Promise.resolve())) as never;
  for (const days of [1, 30, 365]) {
    timers.length = 0;
    await pauseFor(days * 86_400_000, new AbortController().signal, wait);
    expect(timers.reduce((sum, one) => sum + one, 0)).toBe(days * 86_400_000);
    expect(Math.max(...timers)).toBeLessThan(2 ** 31);
  }
});
