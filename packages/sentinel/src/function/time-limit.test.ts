import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTimeLimit } from "./time-limit.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sentinel-host-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function limit(host: object, environment: Record<string, string> = {}): Promise<number> {
  const path = join(directory, "host.json");
  await writeFile(path, JSON.stringify(host));
  return readTimeLimit(environment, pathToFileURL(path));
}

const minute = 60_000;
const override = "AzureFunctionsJobHost__functionTimeout";

test.each<[string, number]>([
  ["00:30:00", 30 * minute],
  ["01:30:00", 90 * minute],
  ["00:00:05.5", 5500],
  ["1.00:00:00", 24 * 60 * minute],
  ["2.12:00:00", 24 * 60 * minute],
  ["-1", 60 * minute],
])("functionTimeout %s", async (written, milliseconds) => {
  expect(await limit({ version: "2.0", functionTimeout: written })).toBe(milliseconds);
  expect(await limit({ functionTimeout: "00:10:00" }, { [override]: written })).toBe(milliseconds);
});

test("the smallest default where nothing is said; the host's setting goes first, in any case", async () => {
  expect(await limit({ version: "2.0" })).toBe(5 * minute);
  expect(await limit({ functionTimeout: "00:10:00" }, { [override]: "" })).toBe(10 * minute);
  expect(await limit({ functionTimeout: "00:10:00" }, { [override.toUpperCase()]: "00:20:00" })).toBe(20 * minute);
});

test("what is no time span is told by the name of the setting", async () => {
  await expect(limit({}, { [override]: "half an hour" })).rejects.toThrow(/^AzureFunctionsJobHost__functionTimeout: no time span/);
  await expect(limit({}, { [override]: "00:00:00" })).rejects.toThrow(/no time span/);
});
