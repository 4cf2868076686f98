import fc from "fast-check";
import { expect, test } from "vitest";
import { cutBatches, cutRuns } from "./batches.ts";
import type { ThreatIntelligenceObject } from "./mapping.ts";

const object = (id: string, name = ""): ThreatIntelligenceObject =>
  ({ type: "indicator", id: `indicator--${id}`, name }) as unknown as ThreatIntelligenceObject;

test("at most 100 objects a batch, nothing left out, the order kept", () => {
  const items = Array.from({ length: 250 }, (_, number) => object(String(number)));
  const batches = [...cutBatches(items)];
  expect(batches.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(batches.flat().map(({ item }) => item)).toEqual(items);
});

test("at most 1 MB a batch, counted in UTF-8; a larger object goes alone", () => {
  const large = (id: string, bytes: number) => object(id, "é".repeat(bytes / 2));
  const items = [large("a", 600_000), large("b", 600_000), large("c", 3_000_000), object("d"), object("e")];
  expect([...cutBatches(items)].map((batch) => batch.map(({ item }) => item.id.slice(-1)))).toEqual([
    ["a"],
    ["b"],
    ["c"],
    ["d", "e"],
  ]);
});

test("two versions of one object are never under way at the same time", () => {
  const property = fc.property(fc.array(fc.constantFrom("a", "b", "c", "d", "e")), (ids) => {
    const items = ids.map((id) => object(id));
    const runs = [...cutRuns(items)];
    expect(runs.flat()).toEqual(items);
    for (const run of runs) expect(new Set(run.map(({ id }) => id)).size).toBe(run.length);
  });
  fc.assert(property);
});
