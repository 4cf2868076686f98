import { expect, test } from "vitest";
import { featuresOf } from "./version.ts";

test.each([
  ["6.7.20", false, false],
  ["6.8.10", true, false],
  ["6.9.17", true, false],
  ["6.10.0", true, false],
  ["7.0.0", true, true],
  ["7.260817.0", true, true],
  ["8.1.0-rc1", true, true],
])("OpenCTI %s: supported %s, multi-part works %s", (version, isSupported, hasMultiPartWorks) => {
  expect(featuresOf(version)).toMatchObject({ version, isSupported, hasMultiPartWorks });
});

test("a version nobody can read is asked for nothing new", () => {
  expect(featuresOf("5d3f1c (development)")).toMatchObject({ isSupported: true, hasMultiPartWorks: false });
});
