import { expect, test } from "vitest";
import { pauseMs } from "./pause.ts";

test("a period between runs; behind failures a minute, then twice as long, never longer than the period", () => {
  const hour = 3_600_000;
  expect([0, 1, 2, 3, 7, 500].map((failures) => pauseMs(hour, failures))).toEqual([hour, 60_000, 120_000, 240_000, hour, hour]);
  expect(pauseMs(60_000, 3)).toBe(60_000);
});
