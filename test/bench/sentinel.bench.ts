import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCertificate } from "@socdefenders/simulator";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, shares, thousands, type Comparison } from "./measurement.ts";
import { runProgram, runProgramWith, startProgram, startServer } from "./program.ts";

let folder: string;
let functionApp: string;
let azure: Awaited<ReturnType<typeof startProgram>>;
let settings: Readonly<Record<string, string>>;
beforeAll(async () => {
  folder = temporaryDirectory();
  const certificate = await createCertificate();
  for (const name of ["ca", "key", "cert"] as const) writeFileSync(join(folder, `${name}.pem`), certificate[name]);
  functionApp = await buildFunctionApp(folder);
  azure = await startProgram("azure", folder);
  settings = JSON.parse(azure.line) as Record<string, string>;
  return () => azure.close();
}, 60_000);

test.for([
  ["logs", "LOGS_INGESTION_ENDPOINT", "pages to Sentinel's Logs Ingestion API, over HTTPS, gzipped, with saved positions", "rows"],
  ["upload", "SENTINEL_TI_ENDPOINT", "pages to Sentinel's upload API without its limit, with saved positions", "objects"],
] as const)("pages to the API of %s", async ([program, endpoint, what, unit], { task }) => {
  const comparison = await runProgram<Comparison>(program, settings[endpoint] ?? "", folder);
  const { parsing, working, share } = comparison;
  expect(working.median).toBeGreaterThan(0);
  const row = {
    what,
    measured: `${thousands(working.median)} ${unit}/s`,
    ratio: shares(comparison),
    comparedWith: `\`JSON.parse\` of the same pages: ${thousands(parsing.median)} objects/s`,
    goal: goal("≥ 15 %", share.median >= 0.15),
  };
  task.meta.measurements = [row];
});

// What the function app is given as languageWorkers__node__arguments.
const small = ["--max-semi-space-size=1", "--max-old-space-size=192"];
const both = "logs,threat-intelligence";

const memoryTimeoutMs = 900_000;

test.for([
  ["logs", []],
  ["logs", small],
  [both, []],
  [both, small],
] as const)(
  "a million indicators through the built function to %s, node %s",
  { timeout: memoryTimeoutMs },
  async ([destinations, options], { task }) => {
    const pages = await startServer("page-server");
    const environment = {
      ...settings,
      STATE_CONTAINER: `state-${destinations.length}-${options.length}`,
      SENTINEL_DESTINATIONS: destinations,
      SOCDEFENDERS_SCHEDULE: "0 */15 * * * *",
      SOCDEFENDERS_ENDPOINT: `${pages.origin}/plain/taxii2/`,
      SOCDEFENDERS_API_KEY: "a-key-for-nothing",
      SOCDEFENDERS_COLLECTIONS: "1000",
      SOCDEFENDERS_START: "2026-01-01T00:00:00Z",
      SOCDEFENDERS_REQUESTS_PER_MINUTE: "1000000000",
      SOCDEFENDERS_REQUESTS_PER_DAY: "1000000000",
    };
    const { read, megabytes } = await runProgramWith<FunctionRun>(options, "function-memory", [functionApp], environment);
    pages.close();
    expect(read.map((count) => count >= 1_000_000)).toEqual(destinations.split(",").map(() => true));
    const [first = 0] = megabytes;
    const last = megabytes.at(-1) ?? 0;
    const row = {
      what: [
        `resident memory of the built function at each 100,000 of 1,000,000 indicators to \`${destinations}\``,
        ...options,
      ].join(", "),
      measured: `${megabytes.map((size) => size.toFixed(0)).join(", ")} MB`,
      ratio: `${(last / first).toFixed(2)}×`,
      comparedWith: `after the first 100,000: ${first.toFixed(0)} MB`,
      goal: goal("< 256 MB", Math.max(...megabytes) < 256),
    };
    task.meta.measurements = [row];
  },
);

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
