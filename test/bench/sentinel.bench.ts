import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "@socdefenders/simulator";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, memoryRow, shares, thousands, type Comparison } from "./measurement.ts";
import type { MemorySamples } from "./million.ts";
import { runProgram, runProgramWith, startServer } from "./program.ts";

let folder: string;
let receiver: string;
beforeAll(async () => {
  folder = temporaryDirectory();
  const certificate = await createCertificate();
  for (const name of ["ca", "key", "cert"] as const) writeFileSync(join(folder, `${name}.pem`), certificate[name]);
  const drain = await startServer("logs-drain", folder);
  receiver = drain.origin.replace("http:", "https:");
  return () => drain.close();
});

test("pages to the Logs Ingestion API", async ({ task }) => {
  const comparison = await runProgram<Comparison>("logs", receiver, folder);
  const { parsing, working, share } = comparison;
  expect(working.median).toBeGreaterThan(0);
  const row = {
    what: "pages to Sentinel's Logs Ingestion API, over HTTPS, gzipped, with saved positions",
    measured: `${thousands(working.median)} rows/s`,
    ratio: shares(comparison),
    comparedWith: `\`JSON.parse\` of the same pages: ${thousands(parsing.median)} objects/s`,
    goal: goal("≥ 15 %", share.median >= 0.15),
  };
  task.meta.measurements = [row];
});

// What the function app is given as languageWorkers__node__arguments.
const small = ["--max-semi-space-size=1", "--max-old-space-size=128"];

test.for([[], small])("a million indicators to the Logs Ingestion API, node %s", async (options, { task }) => {
  const pages = await startServer("page-server");
  const program = ["logs-memory", pages.origin, receiver, folder] as const;
  const { count, megabytes } = await runProgramWith<MemorySamples>(options, ...program);
  pages.close();
  expect(count).toBeGreaterThan(990_000);
  const what = ["indicators to Sentinel's Logs Ingestion API", ...options].join(", ");
  task.meta.measurements = [memoryRow(what, megabytes, 256)];
});
