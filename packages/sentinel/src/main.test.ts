import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { destinationNames, useFunctionApp } from "./function/app.test.host.ts";
import { indicatorsOf } from "./function/sent.test.host.ts";
import { readAll } from "./state/open.test.container.ts";

// Each run is a process of its own: half a second on a machine with nothing else to do.
vi.setConfig({ testTimeout: 60_000 });
const app = useFunctionApp();

test("registers the timer and delivers the whole feed to both destinations; the next run goes on from the saved position", async () => {
  const { run, delivered, health, served, container } = await app.start();
  const first = await run();
  expect(first.failure).toBeUndefined();
  expect(first.errors).toBe("");
  expect(first.registered).toMatchObject([{ name: "pollFeed" }]);
  expect(Object.values(first.registered[0]?.bindings ?? {})).toMatchObject([
    { type: "timerTrigger", schedule: "%SOCDEFENDERS_SCHEDULE%" },
  ]);
  const sent = delivered();
  for (const destination of destinationNames) expect(indicatorsOf(sent[destination]).size).toBe(served.length);
  expect((await readAll(await container(), "positions/")).size).toBe(2);
  expect((await run()).failure).toBeUndefined();
  expect(delivered()).toEqual(sent);
  expect(health()).toMatchObject([
    { Destination: "logs", Status: "succeeded", Read: served.length + 1, Delivered: sent.logs.length },
    { Destination: "threat-intelligence", Status: "succeeded", Read: served.length + 1 },
    { Destination: "logs", Status: "succeeded", Delivered: 0 },
    { Destination: "threat-intelligence", Status: "succeeded", Delivered: 0 },
  ]);
});

test("an unknown rule fails the run with advice in the words of the settings, and the position stays", async () => {
  const { run, container } = await app.start({ logs: { ruleId: `dcr-${"f".repeat(32)}` } });
  const { failure, logs } = await run();
  expect(failure).toMatch(/HTTP 404: NotFound.*Check DCR_IMMUTABLE_ID/);
  expect(logs).toContainEqual(
    expect.objectContaining({
      level: "error",
      event: "collection_failed",
      remedy: expect.stringMatching(/DCR_IMMUTABLE_ID/) as string,
    }),
  );
  expect(logs).toContainEqual(
    expect.objectContaining({ level: "warn", event: "health_not_sent", remedy: expect.stringMatching(/HEALTH_STREAM/) as string }),
  );
  expect([...(await readAll(await container(), "positions/")).keys()]).toEqual([expect.stringMatching(/^positions\/sentinel-ti-/)]);
});

test("what Azure refuses is kept beside the position, and the run goes on", async () => {
  const bad = (rows: readonly Record<string, unknown>[]): boolean => rows.some((row) => row["IndicatorId"] === refused);
  const options = {
    logs: { intercept: (_: number, rows: readonly Record<string, unknown>[]) => (bad(rows) ? invalid : undefined) },
  };
  const invalid = { status: 400, code: "InvalidPayload" };
  const { run, delivered, health, served, container } = await app.start(options);
  const refused = served[10]?.object["id"];
  expect((await run()).failure).toBeUndefined();
  expect(indicatorsOf(delivered().logs).size).toBe(served.length - 1);
  expect(indicatorsOf(delivered()["threat-intelligence"]).size).toBe(served.length);
  const [[, entry] = []] = await readAll(await container(), "dead-letters/");
  expect(entry).toContain(refused);
  expect(health()).toMatchObject([
    { Status: "succeeded", Refused: 1, RefusedReasons: { "HTTP 400: InvalidPayload: simulated answer": 1 } },
    { Status: "succeeded", Refused: 0 },
  ]);
});

test.each([
  [
    "a Key Vault reference that was not resolved",
    { SOCDEFENDERS_API_KEY: "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/key/)" },
    /SOCDEFENDERS_API_KEY: the Key Vault reference was not resolved.*Key Vault Secrets User/,
  ],
  ["a missing setting", { DCR_IMMUTABLE_ID: "" }, /DCR_IMMUTABLE_ID is missing/],
  ["a destination without its workspace", { SENTINEL_WORKSPACE_ID: "" }, /SENTINEL_WORKSPACE_ID is missing/],
  ["no storage account", { AzureWebJobsStorage: "" }, /AzureWebJobsStorage is missing/],
  ["a time limit", { AzureFunctionsJobHost__functionTimeout: "soon" }, /AzureFunctionsJobHost__functionTimeout: no time span/],
])("says which setting is wrong: %s", async (_, change, message) => {
  const { run } = await app.start();
  const { failure, logs } = await run(change);
  expect(failure).toMatch(message);
  expect(logs).toMatchObject([{ level: "error", event: "settings_wrong", message: expect.stringMatching(/./) as string }]);
});

test("a schedule that the host will not take, a misspelt setting and a late start are told", async () => {
  const { run } = await app.start({ indicators: 10 });
  const { errors, logs, failure } = await run({ SOCDEFENDERS_SCHEDULE: "hourly", SOCDEFENDERS_COLECTIONS: "x" }, "past-due");
  expect(failure).toBeUndefined();
  expect(JSON.parse(errors)).toMatchObject({ level: "error", event: "schedule_unusable", remedy: expect.any(String) as string });
  const told = logs.map(({ event, message }) => `${event}: ${message}`);
  expect(told).toContainEqual(expect.stringMatching(/^run_late/));
  expect(told).toContainEqual(
    expect.stringMatching(/^setting_unknown: .*SOCDEFENDERS_COLECTIONS.*did you mean SOCDEFENDERS_COLLECTIONS\?/),
  );
});

test("the archive is the same in every build", async () => {
  const { directory } = await app.start({ indicators: 1 });
  const again = join(directory, "again");
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "../build.ts"), again]);
  const [one, other] = await Promise.all([directory, again].map((place) => readFile(join(place, "function-app.zip"))));
  expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
});
