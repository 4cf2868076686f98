import { appendFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.test.directory.ts";
import { createFileBudgets } from "./budget-file.ts";

const now = Date.parse("2026-05-02T12:00:00Z");
const dayMs = 24 * 3600_000;

test("entries of several stores on one directory add up, and a line cut off by a crash costs only itself", async () => {
  const directory = join(temporaryDirectory(), "made", "when needed");
  const [first, second] = [createFileBudgets(directory), createFileBudgets(directory)];
  expect(await first.load("account", now)).toEqual([]);
  await first.add("account", { at: now, units: 10, live: 1 });
  await second.add("account", { at: now, units: 20, live: 0 });
  const [name] = readdirSync(directory);
  appendFileSync(join(directory, name!), '{"at":17777');
  expect((await first.load("account", now)).map(({ units }) => units)).toEqual([10, 20]);
  expect(statSync(join(directory, name!)).mode & 0o077).toBe(0);
});

test("days that are over are removed, those of other accounts and other files are not", async () => {
  const directory = temporaryDirectory();
  const budgets = createFileBudgets(directory);
  for (const days of [0, 1, 2, 9]) await budgets.add("account", { at: now - days * dayMs, units: days, live: 0 });
  await budgets.add("other", { at: now - 9 * dayMs, units: 1, live: 0 });
  expect((await budgets.load("account", now)).map(({ units }) => units)).toEqual([1, 0]);
  expect(readdirSync(directory)).toEqual([
    "budget-account-2026-05-01.ndjson",
    "budget-account-2026-05-02.ndjson",
    "budget-other-2026-04-23.ndjson",
  ]);
});
