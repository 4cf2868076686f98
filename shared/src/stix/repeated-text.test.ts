import { expect, test } from "vitest";
import { parseStixObject, type Indicator } from "./object.ts";
import { observablesOf } from "./pattern/observable.ts";
import { withRepeatableTexts } from "./repeated-text.ts";

const time = "2026-05-01T00:00:00Z";
const indicatorOf = (pattern: string, more: Record<string, unknown> = {}): Indicator => {
  const parsed = parseStixObject({ type: "indicator", id: "indicator--1", created: time, pattern, ...more });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  return parsed.object as Indicator;
};
const names = (count: number, length: number): string =>
  Array.from({ length: count }, (_, index) => `[domain-name:value = '${String(index).padStart(length, "a")}.example']`).join(
    " OR ",
  );

test("what is repeated a few times stays whole", () => {
  const indicator = indicatorOf(names(100, 20), { description: "a".repeat(10_000) });
  expect(withRepeatableTexts(indicator, 100)).toBe(indicator);
});

test("a pattern of the greatest length and number of observables comes to no more than 9 MB", () => {
  const indicator = indicatorOf(names(2048, 25), { description: "😀".repeat(100_000) });
  const observables = observablesOf(indicator);
  expect(observables).toHaveLength(2048);
  const { pattern, description = "" } = withRepeatableTexts(indicator, observables.length);
  expect(pattern).toBe(`${indicator.pattern.slice(0, 4096)}…`);
  expect(description.isWellFormed()).toBe(true);
  expect((pattern.length + description.length) * observables.length).toBeLessThan(2 * 9_000_000);
});
