import type { StixObject } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cutBundles } from "./bundles.ts";
import { split } from "./split.ts";

const bytesOf = (objects: readonly StixObject[]): number => Buffer.byteLength(JSON.stringify(JSON.stringify(objects)));

test("whatever the sizes: each object arrives in order, with its author and marking, in bundles that are small enough", () => {
  const sizes = fc.array(fc.record({ size: fc.nat(2000), author: fc.boolean(), marking: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 400, max: 5000 }), (given, maximumBytes) => {
      const objects = [
        { type: "identity", id: "identity--1", object_marking_refs: ["marking-definition--1"] },
        { type: "marking-definition", id: "marking-definition--1" },
        ...given.map(({ size, author, marking }, number) => ({
          type: "indicator",
          id: `indicator--${number}`,
          description: '"é'.repeat(size / 2),
          ...(author && { created_by_ref: "identity--1" }),
          ...(marking && { object_marking_refs: ["marking-definition--1"] }),
        })),
      ];
      const { bundles, tooLarge } = cutBundles(split(objects).parts, maximumBytes);
      const arrived = new Set([...bundles.flat(), ...tooLarge].map(({ id }) => id));
      expect(arrived).toEqual(new Set(objects.map(({ id }) => id)));
      for (const bundle of bundles) {
        expect(bytesOf(bundle)).toBeLessThanOrEqual(maximumBytes + 4);
        const here = new Set(bundle.map(({ id }) => id));
        expect(here.size).toBe(bundle.length);
        for (const { created_by_ref: author, object_marking_refs: markings = [] } of bundle) {
          const needed = [author, ...(markings as string[])].filter((id) => id !== undefined);
          expect(needed.filter((id) => !here.has(id as string))).toEqual([]);
        }
      }
    }),
  );
});
