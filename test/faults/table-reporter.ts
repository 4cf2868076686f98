import type { Reporter, TestModule } from "vitest/node";
import type { FaultRow } from "./fault-test.ts";

/** Prints what the fault harness has run as one table: a row a fault and target, with the sums. */
export default class FaultTableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((module) => [...module.children.allTests()].flatMap((test) => test.meta().fault ?? []));
    if (rows.length === 0) return;
    const groups = [...Map.groupBy(rows, ({ fault, target }) => `${fault} | ${target}`)];
    const lines = groups.map(([name, group]) => `| ${name} | ${count(group)} |`).toSorted();
    const head = [
      "| fault | target | tests | runs | lost | repeated | secrets |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ];
    const table = [...head, ...lines, `| all | | ${count(rows)} |`].join("\n");
    process.once("exit", () => console.log(`\n${table}\n`));
  }
}

function count(rows: readonly FaultRow[]): string {
  const sums = (["runs", "lost", "repeated", "secrets"] as const).map((column) => rows.reduce((sum, row) => sum + row[column], 0));
  return [rows.length, ...sums].join(" | ");
}
