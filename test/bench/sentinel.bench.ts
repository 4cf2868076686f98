import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "@socdefenders/simulator";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, shares, thousands, type Comparison } from "./measurement.ts";
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
  const { delivered, megabytes } = await runProgramWith<{ delivered: number; megabytes: number[] }>(options, ...program);
  pages.close();
  expect(delivered).toBeGreaterThan(990_000);
  const [first = 0] = megabytes;
  const last = megabytes.at(-1) ?? 0;
  const row = {
    what: ["resident memory at each 100,000 of 1,000,000 indicators to Sentinel's Logs Ingestion API", ...options].join(", "),
    measured: `${megabytes.map((size) => size.toFixed(0)).join(", ")} MB`,
    ratio: `${(last / first).toFixed(2)}×`,
    comparedWith: `after the first 100,000: ${first.toFixed(0)} MB`,
    goal: goal("< 256 MB", Math.max(...megabytes) < 256),
  };
  task.meta.measurements = [row];
});
