import type { StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { merge, split } from "./split.ts";

const object = (id: string, members: Record<string, unknown> = {}): StixObject => ({ type: "indicator", id, ...members });

test("merge keeps every id once, of several versions the last", () => {
  const bundle = (...objects: StixObject[]) => ({ type: "bundle", id: "bundle--1", objects }) as const;
  const merged = merge([
    bundle(object("author"), object("a", { version: 1 })),
    bundle(object("author"), object("a", { version: 2 })),
  ]);
  expect(merged).toEqual([object("author"), object("a", { version: 2 })]);
});

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

test("references to nothing, to itself and into a circle are taken out", () => {
  const parts = split([
    object("a", { created_by_ref: "missing", object_refs: ["a", "b", "b", "missing"] }),
    object("b", { object_refs: ["a"] }),
  ]);
  expect(parts.map((part) => part.object)).toEqual([
    object("b", { object_refs: [] }),
    object("a", { created_by_ref: null, object_refs: ["b"] }),
  ]);
});
