import type { Mapped, StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { select } from "./selection.ts";

const now = Date.parse("2026-06-01T00:00:00Z");
const everything = (): Mapped<string> => ({ kind: "items", items: ["mapped"] });
const indicator = (members: Record<string, unknown>): StixObject => ({ type: "indicator", id: "indicator--1", ...members });

test.each([
  ["an indicator that has expired", indicator({ valid_until: "2026-05-31T23:59:59Z" }), {}, "expired"],
  ["an expired one that is wanted", indicator({ valid_until: "2026-05-31T23:59:59Z" }), { importExpired: true }, undefined],
  ["one that is still valid", indicator({ valid_until: "2026-06-01T00:00:01Z" }), {}, undefined],
  ["one without an end", indicator({}), {}, undefined],
  ["one below the confidence asked for", indicator({ confidence: 69 }), { minimumConfidence: 70 }, "confidence below 70"],
  ["one without confidence where some is asked for", indicator({}), { minimumConfidence: 70 }, "confidence below 70"],
  ["one at the confidence asked for", indicator({ confidence: 70 }), { minimumConfidence: 70 }, undefined],
  ["another object", { type: "identity", id: "identity--1" }, { minimumConfidence: 70 }, undefined],
])("%s", (_, object, change, reason) => {
  const mapped = select(
    everything,
    { importExpired: false, minimumConfidence: undefined, ...change },
    now,
  )(object, { collection: "all" });
  expect(mapped).toEqual(reason === undefined ? everything() : { kind: "skipped", reason });
});
