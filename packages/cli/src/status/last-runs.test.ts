import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecret, TargetError, type CollectionSummary } from "@socdefenders/shared";
import { expect, onTestFinished, test } from "vitest";
import { lastRuns } from "./history-entry.ts";
import { readHistory } from "./history.ts";
import { createLastRuns } from "./last-runs.ts";

const summary = (target: string, collection: string, failure?: TargetError): CollectionSummary => ({
  target,
  collection,
  pages: 1,
  read: 3,
  mapped: 3,
  delivered: 2,
  skipped: 0,
  refused: 1,
  position: "2026-05-01T00:00:00Z",
  duration_ms: 5,
  skipped_reasons: {},
  refused_reasons: {},
  withheld: 0,
  withheld_reasons: {},
  dead_letters_dropped: 0,
  ...(failure && { failure }),
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-status-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function save(directory: string, note: (runs: ReturnType<typeof createLastRuns>) => void) {
  const runs = createLastRuns(directory);
  note(runs);
  await runs.save();
  return found(directory);
}

const found = async (directory: string) =>
  lastRuns(await readHistory(directory)).map(({ target, collection, error }) => [target, collection, error]);

test("each target has its last run, whatever others do; a collection that it no longer reads is gone", async () => {
  const directory = temporaryDirectory();
  expect(await found(directory)).toEqual([]);
  await save(directory, (runs) => ["all", "hashes"].forEach((one) => runs.note(summary("east", one))));
  await save(directory, (runs) => runs.note(summary("west", "all")));
  expect(await save(directory, () => undefined)).toHaveLength(3);
  expect(await save(directory, (runs) => runs.note(summary("east", "all")))).toEqual([
    ["east", "all", undefined],
    ["west", "all", undefined],
  ]);
  expect((await readHistory(directory)).map(({ delivered }) => delivered)).toEqual([2, 2, 2, 2]);
});

test("a run that came to no collection leaves what is known of them, and is gone with the next that does", async () => {
  const directory = temporaryDirectory();
  await save(directory, (runs) => runs.note(summary("east", "all")));
  const down = new TargetError("down", { remedy: "Wait." });
  for (let runs = 0; runs < 3; runs += 1) {
    expect(await save(directory, (one) => one.noteFailure("east", down))).toEqual([
      ["east", "all", undefined],
      ["east", undefined, "down"],
    ]);
  }
  expect(await save(directory, (runs) => runs.note(summary("east", "all")))).toEqual([["east", "all", undefined]]);
});

test("a failure is noted once and without a secret, and a damaged line costs nothing but itself", async () => {
  const directory = temporaryDirectory();
  const secret = createSecret("a-secret-of-the-test").reveal();
  await appendFile(join(directory, "history.ndjson"), "{ damaged\n");
  const told = await save(directory, (runs) => {
    const failure = new TargetError("told", { remedy: "Wait." });
    runs.note(summary("east", "all", failure));
    runs.noteFailure("east", failure);
    runs.noteFailure("west", new Error(`unexpected ${secret}`));
  });
  expect(told).toEqual([
    ["east", "all", "told"],
    ["west", undefined, "unexpected [redacted]"],
  ]);
});
