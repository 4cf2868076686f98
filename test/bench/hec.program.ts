// Pages to the HTTP Event Collector, gzipped and with saved positions, against JSON.parse of the same pages. Parameter: origin.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore, parseStixObject, run, silentLogger, userAgent, type Page } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { createSink, map, parseConfig } from "@socdefenders/splunk";
import { summarise } from "./measurement.ts";

const [origin = ""] = process.argv.slice(2);
const pageSize = 1000;
// The start of a process, a connection and a first page are not what a day of polling consists of.
const repetitions = 8;
const rounds = 7;
const warmUps = 2;

const texts = Array.from({ length: repetitions }, readPages).flat();
const parsing: number[] = [];
const delivering: number[] = [];
const shares: number[] = [];
const processorShares: number[] = [];
for (let round = 0; round < warmUps + rounds; round += 1) {
  const parsed = await time(parsePages);
  const delivered = await time(deliverPages);
  if (round < warmUps) continue;
  parsing.push((parsed.count / parsed.milliseconds) * 1000);
  delivering.push((delivered.count / delivered.milliseconds) * 1000);
  shares.push(parsed.milliseconds / delivered.milliseconds);
  processorShares.push(parsed.processor / delivered.processor);
}
const results = { parsing, delivering, share: shares, processorShare: processorShares };
console.log(JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, values]) => [name, summarise(values)]))));

/** The objects of the embedded feed as the wire has them. */
function readPages(): string[] {
  const objects = readRecords(sampleBytes()).map(({ object }) => object);
  return Array.from({ length: objects.length / pageSize }, (_, number) =>
    JSON.stringify({ more: true, objects: objects.slice(number * pageSize, (number + 1) * pageSize) }),
  );
}

function parsePages(): number {
  return texts.reduce((sum, text) => sum + (JSON.parse(text) as { objects: unknown[] }).objects.length, 0);
}

async function deliverPages(): Promise<number> {
  const state = mkdtempSync(join(tmpdir(), "socdefenders-bench-"));
  const sink = createSink(parseConfig({ endpoint: origin, token: "a-token-for-nothing" }, "splunk"), {
    log: silentLogger,
    userAgent,
  });
  const outcomes = run({
    source: {
      pages: async function* () {
        for (const [number, text] of texts.entries()) yield toPage(text, number);
      },
    },
    map,
    sink,
    checkpoints: createFileStore(state),
    deadLetters: { add: async () => 0 },
    key: { target: "bench", endpoint: origin, collection: "all" },
    signal: new AbortController().signal,
  });
  let delivered = 0;
  for await (const outcome of outcomes) delivered += outcome.delivered;
  await sink.close();
  rmSync(state, { recursive: true });
  if (delivered < texts.length * pageSize * 0.9) throw new Error(`only ${delivered} events delivered`);
  return delivered;
}

function toPage(text: string, number: number): Page {
  const objects = (JSON.parse(text) as { objects: unknown[] }).objects.flatMap((content) => {
    const parsed = parseStixObject(content);
    return parsed.kind === "object" ? [parsed.object] : [];
  });
  const position = new Date(Date.UTC(2026, 0, 2) + number * 60_000).toISOString();
  return { objects, unreadable: [], repeated: 0, cursor: { position } };
}

async function time(work: () => number | Promise<number>): Promise<{ count: number; milliseconds: number; processor: number }> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const start = performance.now();
  const count = await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { count, milliseconds, processor: user + system };
}
