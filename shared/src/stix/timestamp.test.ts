import fc from "fast-check";
import { expect, test } from "vitest";
import { fromMicroseconds, isLater, toEpochSeconds, toMicroseconds, toStixTimestamp } from "./timestamp.ts";

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

test.each([
  "",
  "yesterday",
  "Thu Feb 20 2020 22:10:20 GMT+0000",
  "2026-05-16",
  "2026-05-16T00:00:00",
  "2026-02-30T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-01-01T24:00:00Z",
])("refuses %j", (text) => {
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

test.each([
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
  ["2026-05-31T00:00:00.123456789Z", "2026-05-31T00:00:00.123456789Z"],
  ["0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00.000000Z"],
  ["2016-12-31t23:59:60z", "2017-01-01T00:00:00.000000Z"],
  ["2026-05-16T00:00:00.5+05:30", "2026-05-15T18:30:00.500000Z"],
  ["0000-01-01T00:00:00+05:00", undefined],
  ["2026-02-29T00:00:00Z", undefined],
])("writes %s as STIX does", (text, written) => {
  expect(toStixTimestamp(text)).toBe(written);
});

test("orders times of any precision", () => {
  const time = fc.tuple(fc.bigInt({ min: 0n, max: 4_102_444_800_000_000n }), fc.constantFrom("Z", "000Z", "999Z"));
  fc.assert(
    fc.property(time, time, ([left, leftEnd], [right, rightEnd]) => {
      const [one, other] = [fromMicroseconds(left).replace("Z", leftEnd), fromMicroseconds(right).replace("Z", rightEnd)];
      expect(isLater(one, other)).toBe(left === right ? leftEnd > rightEnd && leftEnd.length === rightEnd.length : left > right);
    }),
  );
  expect(isLater("2026-05-16T00:00:00.5Z", "2026-05-16T00:00:00Z")).toBe(true);
});
