import type { StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { mergePage } from "./page.ts";

const object = (id: string, members: Record<string, unknown> = {}): StixObject => ({ type: "indicator", id, ...members });
const bundle = (...objects: StixObject[]) => ({ type: "bundle", id: "bundle--1", objects }) as const;

test("every id is there once, of several versions the last", () => {
  const merged = mergePage([
    bundle(object("author"), object("a", { version: 1 })),
    bundle(object("author"), object("a", { version: 2 })),
  ]);
  expect(merged).toEqual([object("author"), object("a", { version: 2 })]);
});

test("an object is known by all the ids that the feed gave it", () => {
  const merged = mergePage([
    bundle(object("a", { x_opencti_stix_ids: ["feed-1"] })),
    bundle(object("a", { x_opencti_stix_ids: ["feed-2"] })),
  ]);
  expect(merged).toEqual([object("a", { x_opencti_stix_ids: ["feed-1", "feed-2"] })]);
});

test("references by an id of the feed lead to the object as it is sent; others stay", () => {
  const merged = mergePage([
    bundle(object("link", { source_ref: "feed-1", target_ref: "elsewhere", object_refs: ["feed-1", "a", "other"] })),
    bundle(object("a", { x_opencti_stix_ids: ["feed-1"] })),
  ]);
  expect(merged[0]).toEqual(object("link", { source_ref: "a", target_ref: "elsewhere", object_refs: ["a", "other"] }));
});

test("an id that the feed gave to two objects is the last one's, and references by it lead there", () => {
  const merged = mergePage([
    bundle(object("a", { x_opencti_stix_ids: ["feed-1"] }), object("c", { x_opencti_stix_ids: ["feed-1", "feed-3"] })),
    bundle(object("b", { x_opencti_stix_ids: ["feed-1"] }), object("link", { source_ref: "feed-1" })),
  ]);
  expect(merged).toEqual([
    object("a"),
    object("c", { x_opencti_stix_ids: ["feed-3"] }),
    object("b", { x_opencti_stix_ids: ["feed-1"] }),
    object("link", { source_ref: "b" }),
  ]);
});
