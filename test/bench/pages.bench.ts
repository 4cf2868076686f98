import { beforeAll, expect, test } from "vitest";
import { goal, memoryRow, percent, shares, thousands, type Comparison } from "./measurement.ts";
import type { MemorySamples } from "./million.ts";
import { askPeer } from "./peer.ts";
import { runProgram, runProgramWith, startServer } from "./program.ts";

let origin: string;
beforeAll(async () => {
  const server = await startServer("page-server");
  origin = server.origin;
  return () => server.close();
});

test.for([
  { encoding: "plain", wanted: 0.3 },
  { encoding: "gzip", wanted: 0.24 },
])("pages over loopback, $encoding", async ({ encoding, wanted }, { task }) => {
  const comparison = await runProgram<Comparison>("throughput", origin, encoding);
  const { parsing, working, share } = comparison;
  expect(share.median).toBeGreaterThan(0);
  const row = {
    what: `pages over loopback (${encoding}) to typed, de-duplicated objects and their observables`,
    measured: `${thousands(working.median)} objects/s`,
    ratio: shares(comparison),
    comparedWith: `\`JSON.parse\` of the same bytes: ${thousands(parsing.median)} objects/s`,
    goal: goal(`≥ ${percent(wanted)}`, share.median >= wanted),
  };
  task.meta.measurements = [row];
});

test("the Python client of OASIS on the same pages", async ({ task }) => {
  const theirs = await askPeer("pages", origin);
  if ("reason" in theirs) {
    task.meta.notMeasured = theirs.reason;
    return;
  }
  const { working } = await runProgram<Comparison>("throughput", origin, "plain");
  expect(theirs.speed).toBeGreaterThan(0);
  const ratio = working.median / theirs.speed;
  const row = {
    what: "the same, plain",
    measured: `${thousands(working.median)} objects/s`,
    ratio: `${ratio.toFixed(0)}×`,
    comparedWith: `taxii2-client with \`stix2.parse\`: ${thousands(theirs.speed)} objects/s`,
    goal: goal("≥ 50×", ratio >= 50),
  };
  task.meta.measurements = [row];
});

test.for([[], ["--max-semi-space-size=1"]])("a million objects, node %s", async (options, { task }) => {
  const { count, megabytes } = await runProgramWith<MemorySamples>(options, "memory", [origin]);
  expect(count).toBe(1_000_000);
  task.meta.measurements = [memoryRow(["objects", ...options].join(", "), megabytes, 200)];
});
