import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore, parseStixObject, run, type Mapping, type Page, type Sink } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { printComparison } from "./rounds.ts";

const pageSize = 1000;
// The start of a process, a connection and a first page are not what a day of polling consists of.
const repetitions = 8;
const rounds = 7;

/** Delivers 40 pages of the sample through the one loop, with saved positions, and prints it beside JSON.parse of the same pages. */
export async function printDelivery<Item>(map: Mapping<Item>, openSink: () => Sink<Item>): Promise<void> {
  const texts = Array.from({ length: repetitions }, readPages).flat();
  await printComparison(
    rounds,
    () => texts.reduce((sum, text) => sum + (JSON.parse(text) as { objects: unknown[] }).objects.length, 0),
    () => deliver(texts, map, openSink()),
  );
}

/** The objects of the embedded feed as the wire has them. */
function readPages(): string[] {
  const objects = readRecords(sampleBytes()).map(({ object }) => object);
  return Array.from({ length: objects.length / pageSize }, (_, number) =>
    JSON.stringify({ more: true, objects: objects.slice(number * pageSize, (number + 1) * pageSize) }),
  );
}

async function deliver<Item>(texts: readonly string[], map: Mapping<Item>, sink: Sink<Item>): Promise<number> {
  const state = mkdtempSync(join(tmpdir(), "socdefenders-bench-"));
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
    key: { target: "bench", endpoint: "https://feed.example/", collection: "all" },
    signal: new AbortController().signal,
  });
  let delivered = 0;
  for await (const outcome of outcomes) delivered += outcome.delivered;
  await sink.close();
  rmSync(state, { recursive: true });
  if (delivered < texts.length * pageSize * 0.9) throw new Error(`only ${delivered} items delivered`);
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
