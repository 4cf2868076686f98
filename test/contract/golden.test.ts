import { readdirSync, readFileSync } from "node:fs";
import { parseStixObject, type Mapping } from "@socdefenders/shared";
import { createMapping, map as opencti } from "@socdefenders/opencti";
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

async function expectGolden(map: Mapping<unknown>, served: string, expected: string): Promise<void> {
  const parsed = parseStixObject(JSON.parse(readFileSync(new URL(`${served}.json`, fixtures), "utf8")));
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const mapped = map(parsed.object, { collection: "soc-defenders-all" });
  const file = new URL(`expected/${expected}.json`, fixtures).pathname;
  await expect(`${JSON.stringify(mapped, undefined, 2)}\n`).toMatchFileSnapshot(file);
}
