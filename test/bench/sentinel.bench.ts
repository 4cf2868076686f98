import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, shares, thousands, type Comparison } from "./measurement.ts";
import { runProgram, startServer } from "./program.ts";

test("pages to the Logs Ingestion API", async ({ task }) => {
  const folder = temporaryDirectory();
  const certificate = await createCertificate();
  for (const name of ["ca", "key", "cert"] as const) writeFileSync(join(folder, `${name}.pem`), certificate[name]);
  const drain = await startServer("logs-drain", folder);
  const comparison = await runProgram<Comparison>("logs", drain.origin.replace("http:", "https:"), folder);
  const { parsing, working, share } = comparison;
  drain.close();
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
