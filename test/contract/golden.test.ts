import { readdirSync, readFileSync } from "node:fs";
import { parseStixObject, type Mapping } from "@socdefenders/shared";
import { map as opencti } from "@socdefenders/opencti";
import { map as sentinel, mapThreatIntelligence } from "@socdefenders/sentinel";
import { map as splunk } from "@socdefenders/splunk";
import { describe, expect, test } from "vitest";

const fixtures = new URL("../fixtures/", import.meta.url);
const indicatorTypes = readdirSync(new URL("indicators/", fixtures)).map((name) => name.replace(".json", ""));

const targets: Readonly<Record<string, Mapping<unknown>>> = { splunk, sentinel, "sentinel-ti": mapThreatIntelligence, opencti };

// To change an expectation on purpose: `pnpm exec vitest run --project contract --update`, and review the diff.
describe.each(Object.entries(targets))("%s", (target, map) => {
  test.each(indicatorTypes)("maps %s as expected", async (type) => {
    const parsed = parseStixObject(JSON.parse(readFileSync(new URL(`indicators/${type}.json`, fixtures), "utf8")));
    if (parsed.kind !== "object") throw new Error(parsed.reason);
    const mapped = map(parsed.object, { collection: "soc-defenders-all" });
    const expected = new URL(`expected/${target}/${type}.json`, fixtures).pathname;
    await expect(`${JSON.stringify(mapped, undefined, 2)}\n`).toMatchFileSnapshot(expected);
  });
});
