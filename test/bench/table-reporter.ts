import { cpus, totalmem } from "node:os";
import type { Reporter, TestModule } from "vitest/node";
import type { Measurement, WholeWay } from "./measurement.ts";

/** Prints what the benchmarks of a run measured as Markdown tables, with the machine it was measured on. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const metas = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.meta()));
    const measurements = metas.flatMap(({ measurements }) => measurements ?? []);
    const wholeWays = metas.flatMap(({ wholeWays }) => wholeWays ?? []);
    const missing = metas.flatMap(({ notMeasured }) => notMeasured ?? []);
    const tables = [wholeWayTable(wholeWays), table(measurements)].filter((lines) => lines.length > 0);
    if (tables.length === 0) return;
    const lines = [
      machine(),
      ...tables.flatMap((table) => ["", ...table]),
      ...missing.flatMap((reason) => ["", `Not measured: ${reason}`]),
    ];
    process.once("exit", () => console.log(`\n${lines.join("\n")}\n`));
  }
}

function machine(): string {
  const [processor] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${processor?.model ?? process.arch}, ${cpus().length} cores, ${memory}, ${process.platform}, Node ${process.version}:`;
}

/** A column for each target: its many measures are easier to read down than across. */
function wholeWayTable(ways: readonly WholeWay[]): string[] {
  if (ways.length === 0) return [];
  const names = [...new Set(ways.flatMap((way) => Object.keys(way)))];
  const [header = [], ...rows] = names.map((name) => [name, ...ways.map((way) => way[name] ?? "")]);
  return markdown(header, rows);
}

function table(measurements: readonly Measurement[]): string[] {
  if (measurements.length === 0) return [];
  const rows = measurements.map(({ what, measured, ratio, comparedWith, goal = "" }) => [
    what,
    measured,
    ratio,
    comparedWith,
    goal,
  ]);
  return markdown(["what", "measured", "ratio", "compared with, in the same run", "goal"], rows);
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
