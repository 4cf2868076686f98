import { readdirSync, readFileSync } from "node:fs";
import { parseStixObject, type Article, type Mapping } from "@socdefenders/shared";
import { createMapping, map as opencti, reportKeyOf, toReport } from "@socdefenders/opencti";
import { map as sentinel, mapThreatIntelligence } from "@socdefenders/sentinel";
import { map as splunk } from "@socdefenders/splunk";
import { describe, expect, test } from "vitest";

const fixtures = new URL("../fixtures/", import.meta.url);
const namesIn = (folder: string): string[] => readdirSync(new URL(folder, fixtures)).map((name) => name.replace(".json", ""));

const targets: Readonly<Record<string, Mapping<unknown>>> = {
  splunk,
  sentinel,
  "sentinel-ti": mapThreatIntelligence,
  opencti,
  "opencti-observables": createMapping({ createObservables: true }),
};

// To change an expectation on purpose: `pnpm exec vitest run --project contract --update`, and review the diff.
describe.each(Object.entries(targets))("%s", (target, map) => {
  test.each(namesIn("indicators/"))("maps %s as expected", async (type) => {
    await expectGolden(map, `indicators/${type}`, `${target}/${type}`);
  });
});

test.each(namesIn("objects/"))("opencti carries %s as expected", async (type) => {
  await expectGolden(opencti, `objects/${type}`, `opencti-objects/${type}`);
});

test.each(namesIn("articles/"))("opencti makes the report %s as expected", async (name) => {
  const article = read(`articles/${name}`) as Article;
  const key = reportKeyOf(article, Date.parse("2026-06-01T00:00:00Z"));
  if (key === undefined) throw new Error("not published");
  const named = ["indicator--ed995101-8e77-5431-836d-feb4296682d4"];
  await expectFile(toReport(article, key, named, "TLP:GREEN"), `opencti-articles/${name}`);
});

async function expectGolden(map: Mapping<unknown>, served: string, expected: string): Promise<void> {
  const parsed = parseStixObject(read(served));
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  await expectFile(map(parsed.object, { collection: "soc-defenders-all" }), expected);
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), "utf8"));

async function expectFile(content: unknown, name: string): Promise<void> {
  const file = new URL(`expected/${name}.json`, fixtures).pathname;
  await expect(`${JSON.stringify(content, undefined, 2)}\n`).toMatchFileSnapshot(file);
}
