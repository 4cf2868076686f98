import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const reference = read("docs/configuration.md");

/** The keys of the object schemas in a source file, by the name of the schema. */
function keysOf(path: string, schema: string): readonly string[] {
  const [, body = ""] = new RegExp(`const ${schema}[^=]*= z\\.strictObject\\(\\{\\n([\\s\\S]*?)\\n\\}\\)`).exec(read(path)) ?? [];
  return [...body.matchAll(/^ {2}(\w+):/gm)].map(([, key = ""]) => key);
}

test.each([
  ["feed", "shared/src/taxii/config.ts", "feedSchema"],
  ["filter", "shared/src/filter/config.ts", "filterSchema"],
  ["splunk", "packages/splunk/src/config.ts", "schema"],
  ["sentinel", "packages/sentinel/src/config.ts", "schema"],
  ["opencti", "packages/opencti/src/config.ts", "schema"],
  ["mq", "packages/opencti/src/config.ts", "brokerSchema"],
])("every key of %s is explained", (_, path, schema) => {
  const keys = keysOf(path, schema);
  expect(keys.length).toBeGreaterThan(6);
  expect(keys.filter((key) => !reference.includes(`\`${key}\``))).toEqual([]);
});
