import fc from "fast-check";
import { expect, test } from "vitest";
import { fitList, fitText, fitTime, largestFieldBytes } from "./field.ts";

const long = fc
  .tuple(fc.constantFrom("a", "é", "€", "😀", "\u0007", '"'), fc.integer({ min: 0, max: 70_000 }), fc.string({ unit: "grapheme" }))
  .map(([character, times, end]) => character.repeat(times) + end);

test("a text fits, keeps whole characters, and says where it was cut", () => {
  fc.assert(
    fc.property(long, (text) => {
      const fitted = fitText(text);
      expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(largestFieldBytes);
      expect(fitted.isWellFormed()).toBe(true);
      const isCut = fitted.endsWith("…") && text.startsWith(fitted.slice(0, -1)) && fitted.length > 15_000;
      expect(Buffer.byteLength(text) <= largestFieldBytes ? fitted === text : isCut).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a list fits as JSON, keeps its first entries whole, and says where it was cut", () => {
  fc.assert(
    fc.property(
      fc.array(
        long.map((text) => text.slice(-3000)),
        { maxLength: 60 },
      ),
      (list) => {
        const fitted = fitList(list);
        expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThanOrEqual(largestFieldBytes);
        const fits = Buffer.byteLength(JSON.stringify(list)) <= largestFieldBytes;
        expect(fitted).toEqual(fits ? list : [...list.slice(0, fitted.length - 1), "…"]);
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ["2026-05-16T08:00:00Z", "2026-05-16T08:00:00Z"],
  ["2026-05-16T08:00:00.1234567Z", "2026-05-16T08:00:00.1234567Z"],
  ["2026-05-16T08:00:00.123456789Z", "2026-05-16T08:00:00.1234567Z"],
  ["0000-05-16T08:00:00Z", "0001-01-01T00:00:00Z"],
  ["9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.9999999Z"],
])("%s is written as %s", (time, written) => {
  expect(fitTime(time)).toBe(written);
});
