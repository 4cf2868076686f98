import fc from "fast-check";
import { expect, test } from "vitest";
import { createObjectsCost } from "./objects-cost.ts";

/** The cost learned from so many drops of Remaining. */
function learn(drops: readonly number[]): { shown: number; charged: number } {
  const cost = createObjectsCost();
  drops.forEach((drop) => cost.observe(drop));
  return { shown: cost.shown(), charged: cost.charged() };
}

test.each([
  ["nothing seen yet", [], { shown: 2.5, charged: 2.5 }],
  ["too little seen", [1, 1, 1], { shown: 2.5, charged: 2.5 }],
  ["the header counts requests", [1, 1, 1, 1], { shown: 1, charged: 2.5 }],
  ["2.5, rounded to whole units", [2, 3, 2, 3], { shown: 2.5, charged: 2.5 }],
  ["dearer than documented", [5, 5, 5, 5], { shown: 5, charged: 5 }],
  ["the server's minute began anew in between", [-900, 3, 2, 3, 3], { shown: 2.5, charged: 2.5 }],
])("%s", (_, drops, expected) => {
  expect(learn(drops)).toEqual(expected);
});

test("other clients make drops larger and mislead nobody, as long as some pages have none between them", () => {
  const others = fc.array(fc.nat(50), { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom(1, 2.5), others, fc.nat(30), (cost, foreign, quietAt) => {
      const drops = foreign.toSpliced(quietAt % foreign.length, 0, 0).map((units) => units + cost);
      expect(learn(drops).shown).toBe(cost);
    }),
  );
});
