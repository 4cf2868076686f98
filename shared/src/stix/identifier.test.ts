import { expect, test } from "vitest";
import { canonicalJson, deterministicId, isStixIdentifier } from "./identifier.ts";

test("makes the id that python-stix2 makes", () => {
  expect(deterministicId("ipv4-addr", { value: "198.51.100.3" })).toBe("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
});

test("makes the id that OpenCTI gives to an identity", () => {
  expect(deterministicId("identity", { name: "soc defenders", identity_class: "organization" })).toBe(
    "identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b",
  );
});

test("sorts keys at every depth and leaves undefined out", () => {
  expect(canonicalJson({ b: [{ d: 1, c: "é" }], a: undefined })).toBe('{"b":[{"c":"é","d":1}]}');
});

test.each([
  ["indicator--b60e0552-9983-5cbd-b7d4-211a2c81d8ca", true],
  ["identity--socdefenders", false],
  ["indicator--B60E0552-9983-5CBD-B7D4-211A2C81D8CA", false],
])("knows whether %s is a STIX id", (text, expected) => {
  expect(isStixIdentifier(text)).toBe(expected);
});
