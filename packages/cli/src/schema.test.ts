import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { fillReference } from "./reference.ts";
import { configurationSchema, sectionSchemas } from "./schema.ts";

const read = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const splunk = { endpoint: "https://splunk:8088", token: "t" };
const feed = { endpoint: "https://socdefenders.ai/api/taxii2/", api_key: "k" };

test("the reference page and the published schema are made of the schemas as they are now (describe.ts makes them anew)", async () => {
  expect(fillReference(read("configuration.md"), await sectionSchemas())).toBe(read("configuration.md"));
  expect(JSON.parse(read("configuration.schema.json"))).toEqual(await configurationSchema());
});

test("every key is explained", async () => {
  const sections = Object.entries(await sectionSchemas());
  expect(sections.map(([name]) => name)).toEqual(["feed", "filter", "operations", "splunk", "sentinel", "opencti"]);
  const unexplained = sections.flatMap(([name, { properties = {} }]) => {
    expect(Object.keys(properties).length).toBeGreaterThan(name === "operations" ? 1 : 8);
    return Object.keys(properties).flatMap((key) => (properties[key]?.description ? [] : [`${name}.${key}`]));
  });
  expect(unexplained).toEqual([]);
});

test.each<[string, unknown, boolean]>([
  ["a target", { feed, splunk }, true],
  ["several of a kind", { feed, splunk: [{ name: "east", ...splunk }] }, true],
  ["a service", { feed, operations: { port: 9464 }, splunk: { ...splunk, poll_seconds: 60 } }, true],
  ["a schedule that is none", { feed, splunk: { ...splunk, poll_seconds: 5 } }, false],
  ["several addresses", { feed, splunk: { ...splunk, endpoint: ["https://a:8088", "https://b:8088"] } }, true],
  [
    "keys without a value",
    { feed: { ...feed, proxy: null }, filter: null, splunk: { ...splunk, index: null, acknowledgement: null } },
    true,
  ],
  ["several without a name", { feed, splunk: [splunk] }, false],
  ["a key that is none", { feed: { ...feed, colections: [] } }, false],
  ["a value that is none", { feed: { ...feed, auth: "digest" } }, false],
  ["no feed", { splunk }, false],
])("an editor is told of %s as the command is", async (_, configuration, isRight) => {
  const editor = z.fromJSONSchema((await configurationSchema()) as Parameters<typeof z.fromJSONSchema>[0]);
  expect(editor.safeParse(configuration).success).toBe(isRight);
});
