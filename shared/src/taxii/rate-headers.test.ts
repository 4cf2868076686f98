import { expect, test } from "vitest";
import type { HttpResponse } from "../http/request.ts";
import { readRateHeaders } from "./rate-headers.ts";

const now = Date.parse("2026-05-01T00:00:00Z");
const answer = (headers: Readonly<Record<string, string>>): HttpResponse => ({
  status: 200,
  text: "",
  header: (name) => headers[name],
  headerValues: (name) => [headers[name] ?? []].flat(),
});

test.each([
  ["milliseconds", String(now + 30_000), 30_000],
  ["seconds, perhaps rounded down", String(now / 1000 + 30), 31_000],
  ["seconds from now, perhaps rounded down", "30", 31_000],
  ["far ahead", String(now + 3600_000), 120_000],
  ["in the past", String(now - 3600_000), 0],
  ["not a number", "soon", undefined],
])("Reset in %s", (_, reset, expected) => {
  expect(readRateHeaders(answer({ "x-ratelimit-reset": reset }), now).resetMs).toBe(expected);
});

test("a Reset is read by the server's own clock", () => {
  const headers = { "x-ratelimit-reset": String(now + 3630_000), date: "Fri, 01 May 2026 01:00:00 GMT" };
  expect(readRateHeaders(answer(headers), now).resetMs).toBe(30_000);
});

test.each([
  ["0", 7],
  ["12", undefined],
])("an answer with Age %s", (age, remaining) => {
  const headers = { age, "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "30" };
  expect(readRateHeaders(answer(headers), now).remaining).toBe(remaining);
});

test("nothing said, or nonsense, is nothing known", () => {
  const nothing = { limit: undefined, remaining: undefined, resetMs: undefined };
  expect(readRateHeaders(answer({}), now)).toEqual(nothing);
  expect(
    readRateHeaders(answer({ "x-ratelimit-limit": "0", "x-ratelimit-remaining": "-1", "x-ratelimit-reset": "NaN" }), now),
  ).toEqual(nothing);
});
