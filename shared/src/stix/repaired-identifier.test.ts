import fc from "fast-check";
import { expect, test } from "vitest";
import { isStixIdentifier, uuidV5 } from "./identifier.ts";
import { parseStixObject } from "./object.ts";
import { repairIdentifier, repairNamespace, repairReference } from "./repaired-identifier.ts";

const valid = "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e";

test("the namespace is the UUIDv5 of the project's name among DNS names", () => {
  expect(repairNamespace).toBe(uuidV5("connectors.socdefenders.ai", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
});

test("the ids of the vendor's documents are the same for ever", () => {
  expect(repairReference("identity--socdefenders", "created_by_ref")).toBe("identity--85c287a5-ee22-5019-acf1-20446bb431c9");
  expect(repairIdentifier("identity--socdefenders", "identity")).toBe("identity--85c287a5-ee22-5019-acf1-20446bb431c9");
});

test("a valid id stays, one in upper case is the same UUID", () => {
  expect(repairReference(valid, "x_ref")).toBe(valid);
  expect(repairReference(valid.toUpperCase(), "x_ref")).toBe(valid);
});

test("an id of another type than its object's is none", () => {
  const id = repairIdentifier(valid, "indicator");
  expect(id).toMatch(/^indicator--/);
  expect(isStixIdentifier(id)).toBe(true);
});

test("a key into the objects of an old observed-data, or any other text, is no reference to an object", () => {
  expect(repairReference("0", "src_ref")).toBe("0");
});

const word = fc.stringMatching(/^[a-zA-Z0-9._ -]{1,20}$/).filter((text) => text.trim() !== "");

test("an object and the references to it meet, wherever they stand", () => {
  fc.assert(
    fc.property(fc.constantFrom("identity", "malware", "x-vendor"), word, (type, rest) => {
      const id = `${type}--${rest}`;
      const target = parseStixObject({ type, id });
      const source = parseStixObject({
        type: "x-source",
        id: "x-source--1",
        created_by_ref: id,
        object_refs: [id, valid],
        granular_markings: [{ marking_ref: id, selectors: ["name"] }],
        extensions: { "x-ext": { deep: [{ owner_ref: id }] } },
        external_references: [{ source_name: "feed", external_id: id }],
      });
      if (target.kind !== "object" || source.kind !== "object") throw new Error("unreadable");
      const repaired = target.object.id;
      expect(source.object).toMatchObject({
        created_by_ref: repaired,
        object_refs: [repaired, valid],
        granular_markings: [{ marking_ref: repaired, selectors: ["name"] }],
        extensions: { "x-ext": { deep: [{ owner_ref: repaired }] } },
        external_references: [{ source_name: "feed", external_id: id }],
        x_socdefenders_original_ids: { [repaired]: id, [source.object.id]: "x-source--1" },
      });
    }),
  );
});
