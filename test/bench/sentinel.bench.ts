import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { memoryRow } from "./measurement.ts";
import { runProgramWith } from "./program.ts";
import { startReceivers } from "./receivers.ts";

// What the function app is given as languageWorkers__node__arguments.
const options = ["--max-semi-space-size=1", "--max-old-space-size=192"];

test("a million indicators through the built function to both destinations", { timeout: 900_000 }, async ({ task }) => {
  const folder = temporaryDirectory();
  const functionApp = await buildFunctionApp(folder);
  const receivers = await startReceivers(folder);
  const environment = {
    ...receivers.settings,
    STATE_CONTAINER: "state-bench",
    SENTINEL_DESTINATIONS: "logs,threat-intelligence",
    SOCDEFENDERS_SCHEDULE: "0 */15 * * * *",
    SOCDEFENDERS_ENDPOINT: `${receivers.settings["BENCH_PAGES"]}/plain/taxii2/`,
    SOCDEFENDERS_API_KEY: "a-key-for-nothing",
    SOCDEFENDERS_COLLECTIONS: "1000",
    SOCDEFENDERS_START: "2026-01-01T00:00:00Z",
    SOCDEFENDERS_REQUESTS_PER_MINUTE: "1000000000",
    SOCDEFENDERS_REQUESTS_PER_DAY: "1000000000",
  };
  const { read, megabytes } = await runProgramWith<FunctionRun>(options, "function-memory", [functionApp], environment);
  await receivers.close();
  expect(read.map((count) => count >= 1_000_000)).toEqual([true, true]);
  const what = ["indicators through the built function to both destinations of Sentinel", ...options].join(", ");
  task.meta.measurements = [memoryRow(what, megabytes, 256)];
});

interface FunctionRun {
  readonly read: readonly number[];
  readonly megabytes: readonly number[];
}

/** The function app as it is deployed, but that the upload API's limit of 100 requests a minute counts for a millisecond. */
async function buildFunctionApp(directory: string): Promise<string> {
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "../../packages/sentinel/build.ts"), directory]);
  const path = join(directory, "function-app/main.mjs");
  const parts = readFileSync(path, "utf8").split("60020");
  if (parts.length !== 2) throw new Error(`the limit is ${parts.length - 1} times in the bundle`);
  writeFileSync(path, parts.join("1"));
  return join(directory, "function-app");
}
