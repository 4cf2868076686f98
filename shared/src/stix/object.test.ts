import { expect, test } from "vitest";
import { parseStixObject } from "./object.ts";

const indicator = {
  type: "indicator",
  id: "indicator--b60e0552-9983-5cbd-b7d4-211a2c81d8ca",
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

test("carries unknown types and properties through", () => {
  const input = { type: "x-vendor-thing", id: "x-vendor-thing--1", spec_version: "2.1", nested: { a: [1] } };
  expect(parsed(input)).toEqual(input);
});

test("fills missing dates from what there is, never from the clock", () => {
  const { created: _created, modified: _modified, pattern_type: _type, ...bare } = indicator;
  expect(parsed(bare)).toMatchObject({ created: bare.valid_from, modified: bare.valid_from, pattern_type: "stix" });
});

test("an optional property of the wrong type costs the property, not the object", () => {
  const object = parsed({ ...indicator, labels: "c2", confidence: 400, revoked: "no" });
  expect(object).toMatchObject({ id: indicator.id, labels: undefined, confidence: undefined, revoked: undefined });
});

test.each([
  ["low", 15],
  ["Medium", 50],
  ["high", 85],
  ["certain", undefined],
])("reads confidence %s", (word, value) => {
  expect(parsed({ ...indicator, confidence: word })["confidence"]).toBe(value);
});

test.each([
  ["no object", "a string"],
  ["nothing", null],
  ["no type", { id: "indicator--1" }],
  ["no id", { type: "indicator" }],
  ["an id that is none", { ...indicator, id: "17" }],
  ["an indicator without pattern", { ...indicator, pattern: undefined }],
  ["an indicator without any date", { type: "indicator", id: "indicator--1", pattern: "[a:b = 'c']" }],
])("%s is unreadable, with the reason", (_, input) => {
  expect(parseStixObject(input)).toMatchObject({ kind: "unreadable", reason: expect.stringMatching(/^not a STIX object: .+/) });
});
