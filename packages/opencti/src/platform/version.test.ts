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

test("what is pushed before version 7, where it becomes one message in base64, fits RabbitMQ's default limit of 16 MiB", () => {
  const envelope = 10_000;
  expect((featuresOf("6.9.17").mostPushedBytes * 4) / 3 + envelope).toBeLessThan(16 * 1024 * 1024);
  expect(featuresOf("7.260817.0").mostPushedBytes).toBeLessThan(50_000_000);
});

test("a version nobody can read is asked for nothing new", () => {
  expect(featuresOf("5d3f1c (development)")).toMatchObject({ isSupported: true, hasMultiPartWorks: false });
});
