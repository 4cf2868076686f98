import { afterAll, beforeAll, expect, test } from "vitest";
import type { Comparison } from "../bench/measurement.ts";
import type { MemorySamples } from "../bench/million.ts";
import { runBundled, runProgramWith } from "../bench/program.ts";
import { startReceivers, type Running } from "../bench/receivers.ts";
import { temporaryDirectory } from "../temporary.ts";

// OpenCTI needs a RabbitMQ and is left to the benchmarks themselves.
const targets = ["splunk", "logs", "threat-intelligence"];

let receivers: Running;
beforeAll(async () => {
  receivers = await startReceivers(temporaryDirectory());
}, 60_000);
afterAll(() => receivers.close());

test.for(targets)("the benchmark of the whole way to %s delivers two pages", async (target) => {
  const { working, processorSeconds } = await runProgramWith<Comparison>([], "whole-way", [target, "2", "1"], receivers.settings);
  expect(working.median).toBeGreaterThan(0);
  expect(processorSeconds.median).toBeGreaterThan(0);
});

test("the benchmark of memory counts what came through, bundled", async () => {
  const { count, seconds } = await runBundled<MemorySamples>([], "whole-way-memory", ["splunk", "2"], receivers.settings);
  expect(count).toBe(2000);
  expect(seconds).toBeGreaterThan(0);
});

test("a target nobody knows is not measured as nothing", async () => {
  const run = runProgramWith<Comparison>([], "whole-way", ["nowhere", "2", "1"], receivers.settings);
  await expect(run).rejects.toThrow("no target is called nowhere");
});
