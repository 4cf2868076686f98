import { expect, test } from "vitest";
import { createMinuteBudget, type MinuteBudget } from "./minute-budget.ts";
import { createObjectsCost } from "./objects-cost.ts";
import type { RateReport } from "./rate-headers.ts";

const now = Date.parse("2026-05-01T00:00:00Z");
const silent: RateReport = { limit: undefined, remaining: undefined, resetMs: undefined };

const open = (limit = 1000): MinuteBudget => createMinuteBudget(limit, createObjectsCost());
const pages = (budget: MinuteBudget, count: number, at: number): void => {
  for (let page = 0; page < count; page += 1) budget.settle(budget.take(true, at), undefined, at);
};

test("a minute's units may go at once, the next page when it is earned", () => {
  const budget = open();
  pages(budget, 400, now);
  expect(budget.delay(true, now)).toBe(150);
  expect(budget.delay(true, now + 150)).toBe(0);
  pages(budget, 1, now + 150);
  expect(budget.delay(false, now + 150)).toBe(60);
});

test("Remaining counts where it is lower than the own account, until the end of the server's minute", () => {
  const budget = open();
  budget.settle(budget.take(true, now), { ...silent, remaining: 4, resetMs: 30_000 }, now);
  expect(budget.delay(true, now)).toBe(0);
  pages(budget, 1, now);
  expect(budget.delay(true, now)).toBe(30_000);
  expect(budget.delay(true, now + 30_000)).toBe(0);
});

test("Remaining does not count where it is higher than the own account", () => {
  const budget = open(10);
  pages(budget, 3, now);
  budget.settle(budget.take(true, now), { ...silent, remaining: 900, resetMs: 30_000 }, now);
  expect(budget.delay(true, now)).toBeGreaterThan(0);
});

test("what is still under way may be missing in the server's number", () => {
  const budget = open();
  const [first] = [budget.take(true, now), budget.take(true, now)];
  budget.settle(first, { ...silent, remaining: 4, resetMs: 30_000 }, now);
  expect(budget.delay(true, now)).toBe(30_000);
});

test("the server's limit replaces the configured one", () => {
  const larger = open(10);
  larger.settle(larger.take(true, now), { ...silent, limit: 5000 }, now);
  pages(larger, 1900, now);
  expect(larger.delay(true, now)).toBe(0);
  const smaller = open(1000);
  smaller.settle(smaller.take(true, now), { ...silent, limit: 5 }, now);
  pages(smaller, 2, now);
  expect(smaller.delay(true, now)).toBe(30_000);
});

test("a clock that steps back neither refills nor locks", () => {
  const budget = open();
  pages(budget, 400, now);
  expect(budget.delay(true, now - 3600_000)).toBe(150);
});
