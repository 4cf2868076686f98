import type { Mapped, StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { withoutExpired } from "./expired.ts";

const now = (): number => Date.parse("2026-06-01T00:00:00Z");
const everything = (): Mapped<string> => ({ kind: "items", items: ["mapped"] });
const indicator = (members: Record<string, unknown>): StixObject => ({ type: "indicator", id: "indicator--1", ...members });

test.each([
  ["an indicator that has expired", indicator({ valid_until: "2026-05-31T23:59:59Z" }), "expired"],
  ["one that ended as it began", indicator({ x_socdefenders_ended: "2026-05-31T23:59:59Z" }), "expired"],
  ["a revoked one that has ended", indicator({ valid_until: "2026-05-31T23:59:59Z", revoked: true }), undefined],
  ["one that is still valid", indicator({ valid_until: "2026-06-01T00:00:01Z" }), undefined],
  ["one without an end", indicator({}), undefined],
  ["another object", { type: "identity", id: "identity--1" }, undefined],
])("%s", (_, object, reason) => {
  const mapped = withoutExpired(everything, now)(object, { collection: "all" });
  expect(mapped).toEqual(reason === undefined ? everything() : { kind: "skipped", reason });
});
