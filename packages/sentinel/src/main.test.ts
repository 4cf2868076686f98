import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  createCertificate,
  readRecords,
  sampleBytes,
  simulatedKeys,
  startFeed,
  startLogsIngestion,
  startManagedIdentity,
  type LogsIngestionOptions,
  type RunningServer,
} from "@socdefenders/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBlobStorage, type RunningBlobStorage } from "./state/blob-storage.test.server.ts";
import { columns } from "./mapping.ts";

const start = promisify(execFile);
const ruleId = `dcr-${"0123456789abcdef".repeat(2)}`;
const stream = "Custom-SOCDefendersIndicators_CL";
const indicators = 1200;
const records = readRecords(sampleBytes()).slice(0, indicators);

interface Answer {
  readonly registered: readonly { readonly name: string; readonly bindings: Readonly<Record<string, unknown>> }[];
  readonly logs: readonly { readonly level: string; readonly event: string; readonly message: string }[];
  readonly failure?: string;
}

let directory: string;
let certificate: Awaited<ReturnType<typeof createCertificate>>;
const running: RunningServer[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sentinel-function-"));
  await start(process.execPath, [join(import.meta.dirname, "../build.ts"), directory]);
  certificate = await createCertificate();
  await writeFile(join(directory, "ca.pem"), certificate.ca);
}, 30_000);

afterAll(async () => {
  await Promise.all(running.map((server) => server.close()));
  await rm(directory, { recursive: true });
});

/** Everything the function talks to, and the settings that name it. */
async function startAzure(options: Partial<LogsIngestionOptions> = {}) {
  const [feed, identity, storage] = await Promise.all([startFeed({ records }), startManagedIdentity(), startBlobStorage()]);
  const streams = { [stream]: Object.keys(columns) };
  const logs = await startLogsIngestion({ tls: certificate, ruleId, streams, audienceOf: identity.audienceOf, ...options });
  running.push(feed, identity, storage, logs);
  const settings = {
    ...identity.environment,
    NODE_EXTRA_CA_CERTS: join(directory, "ca.pem"),
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "2000-01-01T00:00:00Z",
    SENTINEL_DESTINATIONS: "logs",
    LOGS_INGESTION_ENDPOINT: logs.url,
    DCR_IMMUTABLE_ID: ruleId,
    AzureWebJobsStorage: storage.connectionString,
    STATE_CONTAINER: "state",
  };
  return { logs, storage, settings };
}

/** One timer run of the built function app in a process of its own. */
async function runTimer(settings: Readonly<Record<string, string>>): Promise<Answer> {
  const app = join(directory, "function-app");
  const { stdout } = await start(process.execPath, [fileURLToPath(new URL("./main.test.worker.ts", import.meta.url)), app], {
    env: settings,
  });
  return JSON.parse(stdout) as Answer;
}

const positions = (storage: RunningBlobStorage): readonly string[] =>
  [...storage.blobs.keys()].filter((name) => name.startsWith("state/positions/"));

test("registers the timer and delivers the whole feed; the next run goes on from the saved position", async () => {
  const { logs, storage, settings } = await startAzure();
  const run = await runTimer(settings);
  expect(run.failure).toBeUndefined();
  expect(run.registered).toMatchObject([{ name: "pollFeed" }]);
  expect(Object.values(run.registered[0]?.bindings ?? {})).toMatchObject([
    { type: "timerTrigger", schedule: "%SOCDEFENDERS_SCHEDULE%" },
  ]);
  expect(logs.received().indicators).toBe(indicators);
  expect(positions(storage)).toHaveLength(1);
  const { calls } = logs.received();
  expect((await runTimer(settings)).failure).toBeUndefined();
  expect(logs.received().calls).toBe(calls);
});

test("an unknown rule fails the run with advice in the words of the settings, and the position stays", async () => {
  const { storage, settings } = await startAzure({ ruleId: `dcr-${"f".repeat(32)}` });
  const run = await runTimer(settings);
  expect(run.failure).toMatch(/HTTP 404: NotFound.*Check DCR_IMMUTABLE_ID/);
  expect(run.logs).toContainEqual(expect.objectContaining({ level: "error", event: "collection_failed" }));
  expect(positions(storage)).toEqual([]);
});

test("what Azure refuses is kept beside the position, and the run goes on", async () => {
  const bad = records[10]?.object["id"];
  const refuse = (_: number, rows: readonly Record<string, unknown>[]) =>
    rows.some((row) => row["IndicatorId"] === bad) ? { status: 400, code: "InvalidPayload" } : undefined;
  const { logs, storage, settings } = await startAzure({ intercept: refuse });
  const run = await runTimer(settings);
  expect(run.failure).toBeUndefined();
  expect(logs.received().indicators).toBe(indicators - 1);
  const [dead] = [...storage.blobs].filter(([name]) => name.startsWith("state/dead-letters/"));
  expect(dead?.[1].content).toContain(bad);
});

test.each([
  [
    "a Key Vault reference that was not resolved",
    { SOCDEFENDERS_API_KEY: "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/key/)" },
    /SOCDEFENDERS_API_KEY: the Key Vault reference was not resolved.*Key Vault Secrets User/,
  ],
  ["a missing setting", { DCR_IMMUTABLE_ID: "" }, /DCR_IMMUTABLE_ID is missing/],
  ["a destination without its workspace", { SENTINEL_DESTINATIONS: "threat-intelligence" }, /SENTINEL_WORKSPACE_ID is missing/],
  ["no storage account", { AzureWebJobsStorage: "" }, /AzureWebJobsStorage is missing/],
])("says which setting is wrong: %s", async (_, change, message) => {
  const { settings } = await startAzure();
  expect((await runTimer({ ...settings, ...change })).failure).toMatch(message);
});

test("the archive is the same in every build", async () => {
  const archive = await readFile(join(directory, "function-app.zip"));
  const again = join(directory, "again");
  await start(process.execPath, [join(import.meta.dirname, "../build.ts"), again]);
  expect(archive.equals(await readFile(join(again, "function-app.zip")))).toBe(true);
});
