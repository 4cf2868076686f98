import { expect, test } from "vitest";
import { goal, type Samples } from "./measurement.ts";
import { runProgram } from "./program.ts";

test("saving the position", async ({ task }) => {
  const { saving, writing, p99 } = await runProgram<{ saving: Samples; writing: Samples; p99: number }>("save");
  expect(saving.median).toBeGreaterThan(0);
  const row = {
    what: "saving a position with 1,000 fingerprints in the file store, as behind every page",
    measured: `${saving.median.toFixed(2)} ms (99 of 100 under ${p99.toFixed(2)} ms)`,
    ratio: `${(saving.median / writing.median).toFixed(1)}×`,
    comparedWith: `writing the same bytes without making them safe: ${writing.median.toFixed(2)} ms`,
    goal: goal("< 2 ms", saving.median < 2),
  };
  task.meta.measurements = [row];
});
