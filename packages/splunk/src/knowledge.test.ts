import { readdirSync, readFileSync } from "node:fs";
import sax from "sax";
import { expect, test } from "vitest";

const folder = new URL("../knowledge/default/data/ui/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".xml"));

// Elements of Simple XML (Splunk, "Simple XML Reference") that the dashboards use, and of the navigation.
const elements =
  /^(?:form|label|description|fieldset|input|choice|default|earliest|latest|row|panel|title|single|chart|table|search|query|option|drilldown|set|nav|view|collection|saved)$/;

test.each(files)("%s is well-formed Simple XML of version 1.1", (path) => {
  const parser = sax.parser(true);
  const used = new Set<string>();
  let root: sax.Tag | sax.QualifiedTag | undefined;
  parser.onopentag = (tag) => {
    root ??= tag;
    used.add(tag.name);
  };
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(readFileSync(new URL(path, folder), "utf8")).close();
  expect([...used].filter((name) => !elements.test(name))).toEqual([]);
  expect(root).toMatchObject(path.startsWith("views/") ? { name: "form", attributes: { version: "1.1" } } : { name: "nav" });
});

test.each(files)("%s uses no token that nothing sets", (path) => {
  const xml = readFileSync(new URL(path, folder), "utf8");
  const set = [...xml.matchAll(/token="(\w+)"/g)].map(([, token]) => token);
  const used = [...xml.matchAll(/\$(\w+)(?:\.\w+)?(?:\|s)?\$/g)].map(([, token]) => token);
  expect(used.filter((token) => token !== "row" && !set.includes(token))).toEqual([]);
});
