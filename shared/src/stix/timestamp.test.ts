import fc from "fast-check";
import { expect, test } from "vitest";
import { fromMicroseconds, toEpochSeconds, toMicroseconds } from "./timestamp.ts";

test("keeps microseconds, which Date loses", () => {
  expect(toMicroseconds("2026-05-01T00:00:00.123002Z")! - toMicroseconds("2026-05-01T00:00:00.123001Z")!).toBe(1n);
});

test.each([
  ["2026-05-16T00:00:00Z", "2026-05-16T00:00:00.000000Z"],
  ["2026-05-16T00:00:00.5Z", "2026-05-16T00:00:00.500000Z"],
  ["2026-05-16T02:00:00+02:00", "2026-05-16T00:00:00.000000Z"],
  ["2026-05-16T00:00:00.123456789Z", "2026-05-16T00:00:00.123456Z"],
])("reads %s", (text, normal) => {
  expect(fromMicroseconds(toMicroseconds(text)!)).toBe(normal);
});

test.each(["", "yesterday", "Thu Feb 20 2020 22:10:20 GMT+0000", "2026-05-16", "2026-05-16T00:00:00"])("refuses %j", (text) => {
  expect(toMicroseconds(text)).toBeUndefined();
});

test("writes every microsecond so that it reads the same back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 4_102_444_800_000_000n }), (time) => {
      expect(toMicroseconds(fromMicroseconds(time))).toBe(time);
    }),
  );
});

test("gives HEC epoch seconds", () => {
  expect(toEpochSeconds("1970-01-01T00:00:01.250Z")).toBe(1.25);
});
