import fc from "fast-check";
import { expect, test } from "vitest";
import { countScale, durationScale } from "./scale.ts";

test.each([
  [[], ["0", "1", "2"]],
  [[1], ["0", "1", "2"]],
  [
    [2, 11],
    ["0", "10", "20"],
  ],
  [[950], ["0", "500", "1K"]],
  [[5001], ["0", "3K", "6K"]],
  [[3_200_000], ["0", "2M", "4M"]],
])("counts %j have the labels %j", (values, labels) => {
  expect(countScale(values).labels).toEqual(labels);
});

test.each([
  [0, ["0 s", "5 s", "10 s"]],
  [61, ["0 s", "1 min", "2 min"]],
  [1800, ["0 s", "30 min", "1 h"]],
  [86_000, ["0 s", "12 h", "1 d"]],
  [9 * 86_400, ["0 s", "5 d", "10 d"]],
  [90 * 86_400, ["0 s", "50 d", "100 d"]],
])("a lag of %i s has the labels %j", (seconds, labels) => {
  expect(durationScale([seconds]).labels).toEqual(labels);
});

test("every value fits into the plot and is seen, and a larger one is never lower", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000_000), { minLength: 1 }), (values) => {
      for (const { maximum, height } of [countScale(values), durationScale(values)]) {
        expect(maximum).toBeGreaterThanOrEqual(Math.max(...values));
        expect(maximum).toBeLessThanOrEqual(Math.max(60, Math.max(...values) * 3));
        const heights = values.toSorted((left, right) => left - right).map((value) => height(value, 100));
        expect(heights).toEqual(heights.toSorted((left, right) => left - right));
        expect(heights.at(-1)).toBeLessThanOrEqual(100);
        expect(values.filter((value) => value > 0 && height(value, 100) < 2)).toEqual([]);
      }
    }),
  );
});
