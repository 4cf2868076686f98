import { cpus, totalmem } from "node:os";
import type { Reporter, TestModule } from "vitest/node";
import type { Measurement } from "./measurement.ts";

/** Prints what the benchmarks of a run measured as one Markdown table, with the machine it was measured on. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const metas = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.meta()));
    const measurements = metas.flatMap(({ measurements }) => measurements ?? []);
    const missing = metas.flatMap(({ notMeasured }) => notMeasured ?? []);
    if (measurements.length === 0) return;
    const lines = [machine(), "", ...table(measurements), ...missing.flatMap((reason) => ["", `Not measured: ${reason}`])];
    process.once("exit", () => console.log(`\n${lines.join("\n")}\n`));
  }
}

function machine(): string {
  const [processor] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${processor?.model ?? process.arch}, ${cpus().length} cores, ${memory}, ${process.platform}, Node ${process.version}:`;
}

function table(measurements: readonly Measurement[]): string[] {
  const rows = measurements.map(({ what, measured, ratio, comparedWith, goal = "" }) => [
    what,
    measured,
    ratio,
    comparedWith,
    goal,
  ]);
  const header = ["what", "measured", "ratio", "compared with, in the same run", "goal"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
