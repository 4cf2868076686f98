import { mkdtempSync, rmSync } from "node:fs";
import { appendFile, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { addToHistory, readHistory } from "./history.ts";
import { foldByHour, lastRuns, type HistoryEntry } from "./history-entry.ts";

const start = Date.parse("2026-11-21T00:00:00Z");
const minute = 60_000;
const fileName = "history.ndjson";

const entryAt = (time: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: new Date(time).toISOString(),
  target: "splunk",
  collection: "all",
  runs: 1,
  failed: 0,
  read: 3,
  delivered: 2,
  skipped: 1,
  refused: 0,
  duration_ms: 5,
  position: "2026-11-20T00:00:00Z",
  ...more,
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-history-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const sum = (entries: readonly HistoryEntry[], count: "runs" | "delivered"): number =>
  entries.reduce((total, entry) => total + entry[count], 0);

test("a poll every minute for a week stays within the limit, and no run or object of it is lost", async () => {
  const directory = temporaryDirectory();
  const limits = { bytes: 100_000, ageMs: 30 * 86_400_000 };
  const minutes = 7 * 24 * 60;
  for (let done = 0; done < minutes; done += 180) {
    const runs = Array.from({ length: 180 }, (_, place) => entryAt(start + (done + place) * minute));
    await addToHistory(directory, runs, new Date(start + (done + 180) * minute), limits);
    expect((await stat(join(directory, fileName))).size).toBeLessThan(limits.bytes);
  }
  const kept = await readHistory(directory);
  expect([sum(kept, "runs"), sum(kept, "delivered")]).toEqual([minutes, 2 * minutes]);
  expect(foldByHour(kept)).toHaveLength(7 * 24);
  expect((await stat(join(directory, fileName))).mode & 0o777).toBe(0o600);
});

test("where hours alone are too many the oldest go, and what is older than the limit; the last run of every target stays", async () => {
  const directory = temporaryDirectory();
  const hour = 60 * minute;
  const rare = entryAt(start - 90 * 24 * hour, { target: "rare" });
  const old = entryAt(start - 40 * 24 * hour);
  const hours = Array.from({ length: 400 }, (_, place) => entryAt(start + place * hour));
  await addToHistory(directory, [rare, old, ...hours], new Date(start + 400 * hour), { bytes: 20_000, ageMs: 30 * 24 * hour });
  const kept = await readHistory(directory);
  expect((await stat(join(directory, fileName))).size).toBeLessThan(10_000);
  expect(kept).toContainEqual(rare);
  expect(kept).not.toContainEqual(old);
  const own = kept.filter(({ target }) => target === "splunk");
  expect(own).toEqual(hours.slice(-own.length));
  expect(own.length).toBeGreaterThan(30);
});

test("a damaged line costs only itself, also one that a crash cut short", async () => {
  const directory = temporaryDirectory();
  const [first, second] = [entryAt(start), entryAt(start + minute)];
  await addToHistory(directory, [first], new Date(start));
  await appendFile(join(directory, fileName), '{ damaged\n{"time":"2026-11-21T00:00:3');
  await addToHistory(directory, [second], new Date(start));
  await appendFile(join(directory, fileName), `${JSON.stringify({ ...first, delivered: -1 })}\n`);
  expect(await readHistory(directory)).toEqual([first, second]);
});

test("several targets that end at the same time lose no line, also while the file is made smaller", async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 40 }, (_, place) => `target-${place}`);
  const limits = { bytes: 5000, ageMs: 86_400_000 };
  await Promise.all(names.map((target) => addToHistory(directory, [entryAt(start, { target })], new Date(start), limits)));
  expect((await readHistory(directory)).map(({ target }) => target).toSorted()).toEqual(names.toSorted());
});

test("what cannot be written is said, and the next run is written", async () => {
  const directory = temporaryDirectory();
  const place = join(directory, "a-file");
  await appendFile(place, "");
  await expect(addToHistory(place, [entryAt(start)], new Date(start))).rejects.toThrow("a-file");
  await addToHistory(directory, [entryAt(start)], new Date(start));
  expect(await readFile(join(directory, fileName), "utf8")).toContain('"target":"splunk"');
});

const history = fc.array(
  fc.record({
    minutes: fc.integer({ min: -300, max: 300 }),
    target: fc.constantFrom("east", "west"),
    collection: fc.constantFrom("all", "hashes", undefined),
    delivered: fc.nat(100),
    position: fc.constantFrom("2026-11-20T00:00:00Z", null),
    error: fc.constantFrom(undefined, "down"),
  }),
  { maxLength: 60 },
);

test("folding changes neither what an hour holds nor the last runs, however often and whatever the clock did", () => {
  fc.assert(
    fc.property(history, fc.nat(60), (drawn, place) => {
      const entries = drawn.map(({ minutes, error, ...more }, index) =>
        entryAt(start + minutes * minute + index, { ...more, ...(error && { error, failed: 1 }) }),
      );
      const kept = lastRuns(entries);
      const folded = [...foldByHour(entries.filter((entry) => !kept.includes(entry))), ...kept];
      expect(lastRuns(folded)).toEqual(kept);
      expect(foldByHour(foldByHour(entries))).toEqual(foldByHour(entries));
      const parts = [...foldByHour(entries.slice(0, place)), ...entries.slice(place)];
      expect(foldByHour(parts)).toEqual(foldByHour(entries));
      expect([sum(folded, "runs"), sum(folded, "delivered")]).toEqual([entries.length, sum(entries, "delivered")]);
    }),
  );
});
