import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { goal, thousands, type Measurement, type Samples } from "./measurement.ts";
import { askPeer, type PeerAnswer } from "./peer.ts";
import { runProgram } from "./program.ts";

interface Patterns {
  readonly single: Samples;
  readonly spelled: Samples;
  readonly lengths: readonly number[];
  readonly growth: readonly { readonly name: string; readonly milliseconds: readonly number[]; readonly megabyte: number }[];
}

const sample = fileURLToPath(new URL("../../packages/simulator/sample/indicators.ndjson.gz", import.meta.url));

test("patterns", async ({ task }) => {
  const { single, spelled, lengths, growth } = await runProgram<Patterns>("patterns");
  expect(growth.every(({ megabyte }) => megabyte < 1000)).toBe(true);
  const theirs = await askPeer("patterns", sample);
  if ("reason" in theirs) task.meta.notMeasured = theirs.reason;
  task.meta.measurements = [
    speedRow("single equalities as feeds write them, to observables", single, theirs),
    speedRow("the same, spelled so that the whole parser is needed", spelled, theirs),
    ...growth.map((row) => growthRow(row, lengths)),
  ];
});

function speedRow(what: string, { median }: Samples, theirs: PeerAnswer): Measurement {
  const own = { what, measured: `${thousands(median)} patterns/s` };
  const isFast = goal("≥ 500,000/s", median >= 500_000);
  if ("reason" in theirs) return { ...own, ratio: "", comparedWith: "", goal: isFast };
  const ratio = median / theirs.speed;
  return {
    ...own,
    ratio: `${thousands(ratio)}×`,
    comparedWith: `stix2-patterns, parsing only: ${thousands(theirs.speed)} patterns/s`,
    goal: `${isFast}; ${goal("≥ 150×", ratio >= 150)}`,
  };
}

/** Linear is a factor of two for each doubling; what is refused early takes no more time at all. */
function growthRow({ name, milliseconds, megabyte }: Patterns["growth"][number], lengths: readonly number[]): Measurement {
  const factors = milliseconds.slice(1).map((time, index) => time / (milliseconds[index] ?? time));
  return {
    what: `hostile: ${name}, ${lengths.map((length) => `${length / 1024}`).join(", ")} KiB; 1 MB is refused`,
    measured: `${[...milliseconds, megabyte].map((time) => time.toFixed(2)).join(", ")} ms`,
    ratio: factors.map((factor) => `${factor.toFixed(1)}×`).join(", "),
    comparedWith: "half of the length",
    goal: goal("1 MB < 1 s", Math.max(...milliseconds, megabyte) < 1000),
  };
}
