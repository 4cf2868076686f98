import { expect, test } from "vitest";
import { pollPauseMs } from "./poll-pause.ts";

test.each([
  [300, 0, 270_000],
  [300, 0.5, 300_000],
  [300, 1, 330_000],
  [60, 0, 60_000],
])("%i s with chance %f", (pollSeconds, random, expected) => {
  expect(pollPauseMs(pollSeconds, random)).toBe(expected);
});

test("polls are not all the same time apart", () => {
  const pauses = new Set(Array.from({ length: 20 }, () => pollPauseMs(300)));
  expect(pauses.size).toBeGreaterThan(1);
});
