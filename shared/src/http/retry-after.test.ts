import { expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.parse("2026-05-01T00:00:00Z");

test.each([
  ["120", 120_000],
  ["Fri, 01 May 2026 00:01:30 GMT", 90_000],
  ["Thu, 30 Apr 2026 00:00:00 GMT", 0],
  [String(now / 1000 + 60), 60_000],
  ["soon", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  [undefined, undefined],
])("%s", (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
