import type { StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { split } from "./split.ts";

const object = (id: string, members: Record<string, unknown> = {}): StixObject => ({ type: "indicator", id, ...members });

test("an object comes after everything it refers to, with the count of what it needs", () => {
  const parts = split([
    object("report", { created_by_ref: "author", object_refs: ["indicator"] }),
    object("indicator", { created_by_ref: "author", object_marking_refs: ["marking"] }),
    object("marking"),
    object("author"),
  ]);
  expect(parts.map(({ object: { id }, sequence }) => [id, sequence])).toEqual([
    ["author", 1],
    ["marking", 1],
    ["indicator", 3],
    ["report", 5],
  ]);
});

test("references to itself and into a circle are taken out, those to other pages stay", () => {
  const parts = split([
    object("a", { created_by_ref: "a", object_refs: ["a", "b", "b", "elsewhere"] }),
    object("b", { object_refs: ["a"] }),
  ]);
  expect(parts.map((part) => part.object)).toEqual([
    object("b", { object_refs: [] }),
    object("a", { created_by_ref: null, object_refs: ["b", "elsewhere"] }),
  ]);
});
