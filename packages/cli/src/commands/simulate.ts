import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { ConfigurationError } from "@socdefenders/shared";
import type { FeedRecord, ParsedSwitches } from "@socdefenders/simulator";
import { startSimulation } from "../simulation.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface SimulateFlags {
  readonly port: number;
  readonly objects?: string;
  readonly container: "bundle" | "envelope";
  readonly largestPage: number;
  /** `name` or `name=value` of a switch or a fault; `list` alone prints them all. */
  readonly with: readonly string[];
  readonly seed: number;
}

const longest = 2 ** 31 - 1;

/** Runs the local feed and receivers until it is stopped; prints a configuration that `run` can use with them. */
export async function simulate(flags: SimulateFlags, terminal: Terminal): Promise<void> {
  if (flags.with.includes("list")) return printSwitches(terminal);
  const { behaviour, faults } = await readSwitches(flags.with);
  const records = await loadRecords(flags.objects);
  const { port, container, largestPage, seed } = flags;
  const simulation = await startSimulation({ records, port, container, largestPage, seed, faults, ...behaviour });
  try {
    const variables = Object.entries(simulation.environment).map(([name, value]) => `# export ${name}=${value}\n`);
    await terminal.print(
      `# Sentinel's managed identity, for the shell that runs this configuration:\n${variables.join("")}${simulation.configuration}`,
    );
    terminal.log.info("simulating", `${records.length} objects; the configuration is on standard output; Ctrl-C stops`, {
      objects: records.length,
    });
    for (;;) await wait(longest, undefined, { signal: terminal.signal });
  } finally {
    terminal.log.info("received", "distinct indicators each receiver holds", simulation.received());
    await simulation.close();
  }
}

async function printSwitches(terminal: Terminal): Promise<void> {
  const { listSwitches } = await import("@socdefenders/simulator");
  await terminal.print(listSwitches());
}

async function readSwitches(texts: readonly string[]): Promise<ParsedSwitches> {
  const { parseSwitches } = await import("@socdefenders/simulator");
  try {
    return parseSwitches(texts);
  } catch (cause) {
    throw new ConfigurationError(`--with ${(cause as Error).message}`, {
      remedy: "socdefenders simulate --with list explains every switch and fault.",
      cause,
    });
  }
}

/** The records of a file, or the sample of 5,000 real indicators. */
export async function loadRecords(file: string | undefined): Promise<readonly FeedRecord[]> {
  const { readRecords, sampleBytes } = await import("@socdefenders/simulator");
  if (file === undefined) return readRecords(sampleBytes());
  try {
    return readRecords(await readFile(file));
  } catch (cause) {
    throw new ConfigurationError(`--objects ${file}: ${(cause as Error).message}`, {
      remedy: 'Give NDJSON, plain or gzipped, one {"date_added": "…", "object": {…}} a line.',
      cause,
    });
  }
}
