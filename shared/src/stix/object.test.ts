import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isStixIdentifier } from "./identifier.ts";
import { parseStixObject } from "./object.ts";

const uuid = "b60e0552-9983-4cbd-b7d4-211a2c81d8ca";
const indicator = {
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--${uuid}`,
  created: "2026-04-30T15:57:18.000Z",
  modified: "2026-04-30T15:57:18.000Z",
  pattern: "[ipv4-addr:value = '198.51.100.3']",
  pattern_type: "stix",
  valid_from: "2026-04-30T15:57:18.000Z",
};

const parsed = (input: unknown) => {
  const result = parseStixObject(input);
  if (result.kind !== "object") throw new Error(result.reason);
  return result.object;
};
const without = (...names: string[]) => Object.fromEntries(Object.entries(indicator).filter(([name]) => !names.includes(name)));

describe("what is as it should be", () => {
  test("is returned itself", () => {
    const input = { ...indicator, valid_until: "2026-05-30T15:57:18.5Z", labels: ["c2"], confidence: 0, x_vendor: { a: [1] } };
    expect(parsed(input)).toBe(input);
  });

  test("of unknown type is carried through", () => {
    const input = { type: "x-vendor-thing", id: `x-vendor-thing--${uuid}`, nested: { a: [1] }, labels: { any: "thing" } };
    expect(parsed(input)).toBe(input);
  });
});

test("a type that STIX could not name is carried through with its id", () => {
  const input = { type: "X_Thing", id: "x-thing--1", made_by: null, created_by_ref: `identity--${uuid}` };
  expect(parsed(input)).toEqual({ type: "X_Thing", id: "x-thing--1", created_by_ref: `identity--${uuid}` });
});

describe("dates", () => {
  test.each<[string[], Record<string, string>]>([
    [["created", "modified"], { created: indicator.valid_from, modified: indicator.valid_from }],
    [["valid_from"], { valid_from: indicator.created }],
    [["created", "valid_from"], { created: indicator.modified, valid_from: indicator.modified }],
    [["pattern_type"], { pattern_type: "stix" }],
    [["spec_version"], { spec_version: "2.1" }],
  ])("without %s they are filled from what there is, never from the clock, and named", (names, filled) => {
    expect(parsed(without(...names))).toEqual({
      ...indicator,
      ...filled,
      x_socdefenders_synthesised: expect.toSatisfy(sameAs(names)),
    });
  });

  test("of an object that has none are one time for ever", () => {
    const identity = { type: "identity", spec_version: "2.1", id: `identity--${uuid}`, name: "SOC Defenders" };
    const time = "1970-01-01T00:00:00.000Z";
    const synthesised = ["created", "modified"];
    expect(parsed(identity)).toEqual({ ...identity, created: time, modified: time, x_socdefenders_synthesised: synthesised });
  });

  test("in another zone are the same time in UTC", () => {
    expect(parsed({ ...indicator, valid_from: "2026-04-30T17:57:18.1+02:00" })["valid_from"]).toBe("2026-04-30T15:57:18.100000Z");
  });

  test("that are none are filled, or left out and named", () => {
    const object = parsed({ ...indicator, created: "2026-02-30T00:00:00Z", valid_until: "never" });
    expect(object).toEqual({ ...indicator, x_socdefenders_synthesised: ["created"], x_socdefenders_dropped: ["valid_until"] });
  });

  test.each(["2026-04-30T15:57:18Z", "2026-04-30T15:57:18.000Z", "2025-01-01T00:00:00Z"])(
    "an end of %s is not behind the start, so there is none, and that it ended is kept",
    (valid_until) => {
      const notes = { x_socdefenders_dropped: ["valid_until"], x_socdefenders_ended: valid_until };
      expect(parsed({ ...indicator, valid_until })).toEqual({ ...indicator, ...notes });
    },
  );

  test("a creation behind the modification is the modification, which makes the version", () => {
    const object = parsed({ ...indicator, created: "2027-01-01T00:00:00Z" });
    expect(object).toEqual({ ...indicator, x_socdefenders_synthesised: ["created"] });
  });
});

const sameAs = (names: readonly string[]) => (value: readonly string[]) => value.toSorted().join() === names.toSorted().join();

describe("properties", () => {
  test("of the wrong type cost themselves, in whole or in part, and are named", () => {
    const input = {
      ...indicator,
      name: 7,
      labels: ["c2", 1],
      confidence: 400,
      revoked: "no",
      external_references: [{ url: 1, external_id: "x" }, 3],
    };
    expect(parsed(input)).toEqual({
      ...indicator,
      labels: ["c2"],
      external_references: [{ external_id: "x" }],
      x_socdefenders_dropped: ["name", "confidence", "revoked", "labels", "external_references"],
    });
  });

  test.each([
    ["true", true],
    ["False", false],
  ])("a revocation written as the word %s is understood", (revoked, expected) => {
    expect(parsed({ ...indicator, revoked })).toEqual({ ...indicator, revoked: expected });
  });

  test("that say nothing are left out at every depth, numbers that JSON cannot write too", () => {
    const input = { ...indicator, name: null, labels: [], x_vendor: { a: null, b: {}, c: [null, 1], d: Number.POSITIVE_INFINITY } };
    expect(parsed(input)).toEqual({ ...indicator, x_vendor: { c: [1] } });
  });

  test("with half of a surrogate pair get a replacement character", () => {
    expect(parsed({ ...indicator, name: "a\ud800b", "x_\udc00": { y: ["\ud800"] } })).toEqual({
      ...indicator,
      name: "a\ufffdb",
      "x_\ufffd": { y: ["\ufffd"] },
    });
  });

  test.each([
    ["low", 15],
    ["Medium", 50],
    ["high", 85],
    ["certain", undefined],
  ])("read confidence %s", (word, value) => {
    expect(parsed({ ...indicator, confidence: word })["confidence"]).toBe(value);
  });

  test("a marking that is no id stays a marking", () => {
    const { object_marking_refs, x_socdefenders_original_ids } = parsed({ ...indicator, object_marking_refs: "TLP:RED" });
    const [id] = object_marking_refs as string[];
    expect(id).toMatch(/^marking-definition--/);
    expect(x_socdefenders_original_ids).toEqual({ [id!]: "TLP:RED" });
  });
});

test.each([
  ["no object", "a string"],
  ["nothing", null],
  ["a list", [indicator]],
  ["no type", { id: "indicator--1" }],
  ["no id", { type: "indicator" }],
  ["an id that is none", { ...indicator, id: "17" }],
  ["an indicator without pattern", { ...indicator, pattern: undefined }],
  ["an indicator without any date", { type: "indicator", id: "indicator--1", pattern: "[a:b = 'c']" }],
  ["a pattern of unknown type", { ...indicator, pattern: "rule a {}", pattern_type: null }],
  ["a pattern beyond all measure", { ...indicator, pattern: `[a:b = '${"c".repeat(128 * 1024)}']` }],
  ["half of a surrogate pair in a pattern", { ...indicator, pattern: "[a:b = '\ud800']" }],
  ["text beyond all measure", { ...indicator, labels: Array.from({ length: 1025 }, () => "a".repeat(1024)) }],
  ["an own __proto__", JSON.parse('{"type":"x-a","id":"x-a--1","x":{"__proto__":{"polluted":true}}}')],
  ["content without bottom", JSON.parse(`{"type":"x-a","id":"x-a--1","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)],
  ["markings that are no text", { ...indicator, object_marking_refs: [{}, 7] }],
])("%s is unreadable, with the reason", (_, input) => {
  expect(parseStixObject(input)).toMatchObject({ kind: "unreadable", reason: expect.stringMatching(/^not a STIX object: .+/) });
});

const someTime = fc.constantFrom(
  indicator.created,
  "2026-04-30T15:57:18Z",
  "2020-01-01T00:00:00.123456Z",
  "yesterday",
  "2026-05-01T00:00:00+02:00",
);
const someId = fc.constantFrom(
  indicator.id,
  "indicator--42",
  "INDICATOR--B60E0552-9983-4CBD-B7D4-211A2C81D8CA",
  "identity--socdefenders",
  "a---b",
  "-a--b",
  "a",
);
const anything = fc.record(
  {
    type: fc.constantFrom("indicator", "identity", "x-a", "ipv4-addr"),
    id: someId,
    spec_version: fc.constantFrom("2.1", 2.1),
    created: someTime,
    modified: someTime,
    valid_from: someTime,
    valid_until: someTime,
    pattern: fc.constantFrom(indicator.pattern, "rule"),
    pattern_type: fc.constantFrom("stix", "yara", ""),
    labels: fc.oneof(fc.array(fc.string()), fc.anything()),
    confidence: fc.anything(),
    external_references: fc.array(fc.anything()),
    created_by_ref: someId,
    object_marking_refs: fc.array(someId),
    granular_markings: fc.array(fc.record({ marking_ref: someId, selectors: fc.array(fc.string()) })),
    x_more: fc.jsonValue(),
  },
  { requiredKeys: ["type", "id"] },
);

test("what comes out is valid already: read again it is returned itself", () => {
  fc.assert(
    fc.property(anything, (input) => {
      const first = parseStixObject(JSON.parse(JSON.stringify(input)));
      if (first.kind === "unreadable") return;
      expect(first.object.id.startsWith(`${first.object.type}--`) && isStixIdentifier(first.object.id)).toBe(true);
      expect(parsed(first.object)).toBe(first.object);
    }),
    { numRuns: 1000 },
  );
});
