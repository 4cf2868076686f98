import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clean, TargetError, type CollectionSummary } from "@socdefenders/shared";
import { loadConfig, type Config } from "../config.ts";
import { deliver } from "../deliver.ts";
import { startSimulation } from "../simulation.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadRecords } from "./simulate.ts";

/**
 * The main job from end to end on this machine: the local feed with 5,000 real indicators, all three connectors over their real
 * protocols, and what the receivers counted. Throws TargetError when a receiver does not hold every indicator.
 */
export async function demo(flags: { readonly json?: boolean }, terminal: Terminal): Promise<void> {
  const started = performance.now();
  const records = await loadRecords(undefined);
  const simulation = await startSimulation({ records });
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-demo-"));
  try {
    const path = join(directory, "config.yaml");
    await writeFile(path, simulation.configuration, { mode: 0o600 });
    Object.assign(terminal.environment, simulation.environment);
    const config = await loadConfig(path, terminal.environment);
    const summaries: CollectionSummary[] = [];
    await deliver(config, config.targets, terminal, {
      onSummary: (summary) => void summaries.push(summary),
      expected: records.length,
    });
    const inOrder = summaries.toSorted((left, right) => order(config, left) - order(config, right));
    const received = simulation.received();
    const seconds = (performance.now() - started) / 1000;
    await terminal.print(flags.json === true ? jsonLines(inOrder, received) : report(inOrder, received, records.length, seconds));
    assertAllReceived(received, records.length);
  } finally {
    await simulation.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const order = ({ targets }: Config, { target }: CollectionSummary): number => targets.findIndex(({ name }) => name === target);

type Counts = Readonly<Record<string, number>>;

function jsonLines(summaries: readonly CollectionSummary[], received: Counts): string {
  return summaries.map((summary) => `${JSON.stringify({ ...summary, received: received[summary.target] })}\n`).join("");
}

function report(summaries: readonly CollectionSummary[], received: Counts, total: number, seconds: number): string {
  const rows = summaries.map((one) => [one.target, one.read, one.delivered, one.skipped, one.refused, received[one.target] ?? 0]);
  const skipped = new Set(summaries.flatMap(({ skipped_reasons }) => Object.keys(skipped_reasons)));
  return [
    "\n",
    formatTable(["target", "read", "delivered", "skipped", "refused", "indicators the receiver counted"], rows),
    ...[...skipped].map((reason) => `skipped: ${clean(reason)}\n`),
    `\n${total.toLocaleString("en")} real indicators, from a TAXII 2.1 server through each connector to its receiver, in ${seconds.toFixed(1)} s.\n`,
  ].join("");
}

function assertAllReceived(received: Counts, total: number): void {
  const short = Object.entries(received).filter(([, count]) => count !== total);
  if (short.length === 0) return;
  const counts = short.map(([target, count]) => `${target} ${count}`).join(", ");
  throw new TargetError(`not every receiver holds all ${total} indicators: ${counts}`, {
    remedy: "Report this with the lines above.",
  });
}
