import type { StixObject } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { referencesOf } from "./references.ts";
import { split } from "./split.ts";

const object = (id: string, members: Record<string, unknown> = {}): StixObject => ({ type: "indicator", id, ...members });
const idOf = (number: number): string => `indicator--${number}`;

test("an object comes after everything it refers to, with the count of what it needs", () => {
  const { parts } = split([
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
  const { parts } = split([
    object("a", { created_by_ref: "missing", object_refs: ["a", "b", "b", "missing", 1] }),
    object("b", { object_refs: ["c"], sample_ref: null }),
    object("c", { object_refs: ["a"], sample_ref: 1 }),
  ]);
  expect(parts.map((part) => part.object)).toEqual([
    object("c", { object_refs: [], sample_ref: null }),
    object("b", { object_refs: ["c"], sample_ref: null }),
    object("a", { created_by_ref: "missing", object_refs: ["b", "missing"] }),
  ]);
});

test("what the workers do not import is given back with the reason, and nothing refers to it any more", () => {
  const relationship = { type: "relationship", source_ref: "a", target_ref: "extension-definition--1" };
  const sighting = { type: "sighting", sighting_of_ref: "a", where_sighted_refs: ["extension-definition--1"] };
  const { parts, dropped } = split([
    object("report", { object_refs: ["a", "relationship--1", "sighting--1", "extension-definition--1"] }),
    object("a"),
    { ...relationship, id: "relationship--1" },
    { ...relationship, id: "relationship--2", target_ref: "report" },
    { ...sighting, id: "sighting--1" },
    { ...sighting, id: "sighting--2", where_sighted_refs: ["a"] },
    { type: "extension-definition", id: "extension-definition--1" },
  ]);
  expect(Object.fromEntries(dropped.map(({ id, reason }) => [id, reason]))).toEqual({
    "extension-definition--1": "of a type that OpenCTI does not import",
    "relationship--1": "a relationship whose source or target is not sent",
    "sighting--1": "a sighting whose object or place is not sent",
  });
  expect(parts.map(({ object: { id } }) => id)).toEqual(["a", "report", "sighting--2", "relationship--2"]);
  expect(parts[1]?.object).toMatchObject({ object_refs: ["a"] });
});

test("each external reference and each kill-chain phase is there once, and no reference that points nowhere", () => {
  const byUrl = { source_name: "one", url: "https://example.com" };
  const byId = { source_name: "cve", external_id: "CVE-2026-1" };
  const phase = { kill_chain_name: "mitre-attack", phase_name: "execution" };
  const [part] = split([
    object("a", {
      external_references: [
        byUrl,
        { ...byUrl, source_name: "two" },
        byId,
        { ...byId, description: "again" },
        { source_name: "none" },
      ],
      kill_chain_phases: [phase, { ...phase }, { ...phase, phase_name: "impact" }],
    }),
  ]).parts;
  expect(part?.object).toMatchObject({
    external_references: [byUrl, byId],
    kill_chain_phases: [phase, { ...phase, phase_name: "impact" }],
  });
});

/** Any graph of up to so many objects: circles, references to itself and to what is not there. */
const graph = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: size }).map(idOf),
      type: fc.constant("indicator"),
      object_refs: fc.array(fc.integer({ min: 0, max: size + 2 }).map(idOf), { maxLength: 5 }),
      created_by_ref: fc.option(fc.integer({ min: 0, max: size + 2 }).map(idOf)),
    }),
    { maxLength: size * 2 },
  ),
);

test("whatever refers to whatever: each object once, the last of its id, behind what it still refers to", () => {
  fc.assert(
    fc.property(graph, (objects) => {
      const { parts, dropped } = split(objects);
      expect(dropped).toEqual([]);
      expect(new Set(parts.map((part) => part.object.id))).toEqual(new Set(objects.map(({ id }) => id)));
      expect(parts).toHaveLength(new Set(objects.map(({ id }) => id)).size);
      const ids = new Set(objects.map(({ id }) => id));
      const sequences = new Map<string, number>();
      for (const { sequence, object: sent } of parts) {
        const here = referencesOf(sent).filter(({ id }) => ids.has(id));
        const before = here.map(({ id }) => sequences.get(id));
        expect(before).not.toContain(undefined);
        expect(sequence).toBeGreaterThan(Math.max(0, ...before.map(Number)));
        sequences.set(sent.id, sequence);
      }
    }),
  );
});

test("what was split once loses nothing more", () => {
  const contentOf = (objects: readonly StixObject[]) => new Map(split(objects).parts.map((part) => [part.object.id, part.object]));
  fc.assert(
    fc.property(graph, (objects) => {
      const sent = contentOf(objects);
      expect(contentOf([...sent.values()])).toEqual(sent);
    }),
  );
});

test("only references in circles are lost: without circles every one that leads to an object stays", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(40), { maxLength: 5 }), { maxLength: 40 }), (lists) => {
      const objects = lists.map((list, number) =>
        object(idOf(number), { object_refs: [...new Set(list.filter((other) => other < number))].map(idOf) }),
      );
      const sent = new Map(split(objects.toReversed()).parts.map((part) => [part.object.id, part.object]));
      for (const given of objects) expect(sent.get(given.id)).toEqual(given);
    }),
  );
});

test("a chain of 100,000 objects, each of which needs the next two, takes no stack and no more than its share of time", () => {
  const size = 100_000;
  const chain = Array.from({ length: size }, (_, number) =>
    object(idOf(number), { object_refs: [idOf(number + 1), idOf(number + 2)] }),
  );
  const { parts } = split(chain);
  expect(parts.map((part) => part.object.id)).toEqual(chain.map(({ id }) => id).toReversed());
  // The count doubles along such a chain; it stays a number that JSON can hold.
  expect(parts.at(-1)?.sequence).toBe(Number.MAX_SAFE_INTEGER);
});

test("a report on 100,000 objects comes behind them all", () => {
  const objects = Array.from({ length: 100_000 }, (_, number) => object(idOf(number)));
  const { parts } = split([object("report", { object_refs: objects.map(({ id }) => id) }), ...objects]);
  expect(parts.at(-1)).toMatchObject({ sequence: 100_001, object: { id: "report" } });
});
