import { expect, test } from "vitest";
import type { HistoryEntry } from "./history-entry.ts";
import { findTroubles } from "./trouble.ts";

const time = "2026-11-21T12:00:00.000Z";
const run = (target: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: "2026-11-21T11:59:00.000Z",
  target,
  collection: "all",
  runs: 1,
  failed: 0,
  read: 3,
  delivered: 3,
  skipped: 0,
  refused: 0,
  duration_ms: 5,
  position: "2026-11-01T00:00:00Z",
  ...more,
});
const facts = {
  time,
  state_directory: "state",
  targets: ["east", "west"],
  positions: [],
  dead_letters: [],
  budget: { spent: 0, left: 1000, per_day: 1000, not_before: null },
  locked_by: null as string | null,
  last_runs: [run("east"), run("west")],
};
const told = (more: Partial<typeof facts>, pollSeconds = 300) =>
  findTroubles({ ...facts, ...more }, () => pollSeconds).map(({ level, message }) => `${level}: ${message}`);

test("where every last run succeeded a while ago nothing is wrong, however old the positions are", () => {
  expect(told({})).toEqual([]);
  expect(told({ locked_by: "process 7" })).toEqual([]);
});

test("failures come first, and what several targets met alike is told once, with its remedy", () => {
  const failed = { failed: 1, error: "the feed is down", remedy: "Wait." };
  const last_runs = [run("east", failed), run("west", failed), run("west", { collection: "hashes", failed: 1, error: "odd" })];
  const found = findTroubles({ ...facts, last_runs, dead_letters: [{ target: "east", reason: "bad", count: 2 }] }, () => 300);
  expect(found).toEqual([
    { level: "failed", message: "east, west: the feed is down", remedy: "Wait." },
    { level: "failed", message: "west: odd", remedy: "See the log of `socdefenders run`." },
    { level: "warning", message: "2 objects were not delivered and are kept as dead letters", remedy: expect.any(String) },
  ]);
});

test("each target is held to its own schedule", () => {
  const last_runs = [run("east", { time: "2026-11-21T08:00:00.000Z" }), run("west", { time: "2026-11-21T08:00:00.000Z" })];
  const found = findTroubles({ ...facts, last_runs }, (target) => (target === "east" ? 86_400 : 300));
  expect(found.map(({ message }) => message)).toEqual(["west: no run has ended for 4 h and none is under way"]);
});

test("a run that is missing is told: sooner where none is under way, and not before three polls", () => {
  const last_runs = [run("east", { time: "2026-11-21T08:00:00.000Z" }), run("west", { time: "2026-11-21T08:00:00.000Z" })];
  expect(told({ last_runs })).toEqual(["failed: east, west: no run has ended for 4 h and none is under way"]);
  expect(told({ last_runs, locked_by: "process 7" })).toEqual([]);
  expect(told({ last_runs }, 86_400)).toEqual([]);
  expect(told({ last_runs, time: "2026-11-22T12:00:00.000Z", locked_by: "process 7" })).toEqual([
    "warning: east, west: no run has ended for 28 h, though one is under way",
  ]);
  expect(told({ last_runs: [run("east")] })).toEqual(["warning: west: no run has ended yet"]);
  expect(told({ last_runs: [], locked_by: "process 7" })).toEqual(["warning: east, west: the first run has not ended yet"]);
});

test("a clock that went back is no trouble", () => {
  expect(told({ time: "2026-11-20T00:00:00.000Z" })).toEqual([]);
});

test("a budget that ends and a feed that asks for rest are worth a look, until it is over", () => {
  const budget = { spent: 960, left: 40, per_day: 1000, not_before: null };
  expect(told({ budget })).toEqual(["warning: 40 of 1,000 request units of the day are left"]);
  const resting = { ...facts.budget, not_before: "2026-11-21T12:30:00.000Z" as string | null };
  expect(told({ budget: resting as typeof budget })).toEqual([
    "warning: the feed asked to be left alone until 2026-11-21T12:30:00.000Z",
  ]);
  expect(told({ budget: resting as typeof budget, time: "2026-11-21T12:31:00.000Z" })).toEqual([
    "failed: east, west: no run has ended for 32 min and none is under way",
  ]);
});
