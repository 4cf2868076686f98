import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], testTimeout: number) => ({ test: { name, include, testTimeout } });

export default defineConfig({
  test: {
    // Most of a test's time is a process it waits for: the core that is left to others by default would idle.
    maxWorkers: "100%",
    reporters: [
      process.env["CI"] === undefined ? "default" : "dot",
      "./test/bench/table-reporter.ts",
      "./test/faults/table-reporter.ts",
      "./test/count-reporter.ts",
    ],
    projects: [
      project("unit", ["shared/src/**/*.test.ts", "packages/*/src/**/*.test.ts"], 10_000),
      project("contract", ["test/contract/**/*.test.ts"], 20_000),
      project("end-to-end", ["test/end-to-end/**/*.test.ts"], 60_000),
      project("interop", ["test/interop/**/*.test.ts"], 120_000),
      {
        test: {
          ...project("faults", ["test/faults/**/*.test.ts"], 180_000).test,
          globalSetup: "test/faults/setup.ts",
          maxConcurrency: 3,
        },
      },
      project("bench", ["test/bench/**/*.bench.ts"], 300_000),
    ],
  },
});
