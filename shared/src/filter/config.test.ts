import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.test.directory.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { parseFilterConfig } from "./config.ts";

const path = join(temporaryDirectory(), "exclude.txt");

test("what is not set has a default", () => {
  expect(parseFilterConfig({ min_confidence: null, exclude_file: null })).toEqual({
    minConfidence: undefined,
    indicatorTypes: [],
    iocTypes: [],
    labels: [],
    maxTlp: undefined,
    exclude: [],
    reservedAddresses: "exclude",
  });
});

test.each([
  [{ min_confidence: 101 }, /filter\.min_confidence/],
  [{ min_confidence: "70" }, /filter\.min_confidence/],
  [{ ioc_types: ["ip"] }, /filter\.ioc_types\.0/],
  [{ max_tlp: "blue" }, /filter\.max_tlp/],
  [{ reserved_addresses: "drop" }, /filter\.reserved_addresses/],
  [{ min_confidense: 1 }, /unknown key filter\.min_confidense \(did you mean min_confidence\?\)/],
  [{ exclude: ["8.8.8.8", "10.0.0.0/33"] }, /filter\.exclude\.1: .*"10\.0\.0\.0\/33"/],
  [{ exclude: ["*"] }, /filter\.exclude\.0/],
  [{ exclude: ["a.*.example"] }, /filter\.exclude\.0/],
  [{ exclude: ["two words"] }, /filter\.exclude\.0/],
  [{ exclude_file: "/not/there.txt" }, /filter\.exclude_file: .*not\/there\.txt/],
])("%j is an error that names the key", (section, message) => {
  const parse = () => parseFilterConfig(section);
  expect(parse).toThrow(ConfigurationError);
  expect(parse).toThrow(message);
});

test("a file has one entry a line, with comments, blank lines and either line end", () => {
  writeFileSync(path, "\ufeff# resolvers\n8.8.8.8 # Google\r\n\n  *.example.com\nhttps://x.example/#part\n");
  const { exclude } = parseFilterConfig({ exclude: ["9.9.9.9"], exclude_file: path });
  expect(exclude.map(({ text }) => text)).toEqual(["9.9.9.9", "8.8.8.8", "*.example.com", "https://x.example/#part"]);
});

test("a bad line is an error with file and line", () => {
  writeFileSync(path, "8.8.8.8\n\n# fine\n10.0.0.0/99\n");
  expect(() => parseFilterConfig({ exclude_file: path })).toThrow(`filter.exclude_file: ${path} line 4: `);
});
