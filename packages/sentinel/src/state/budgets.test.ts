import { startBlobStorage } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { createBlobBudgets } from "./budgets.ts";
import { openIn, readAll } from "./open.test.container.ts";

test("spending of today and yesterday is kept in blobs, that of each account by itself; older blobs go", async () => {
  const storage = await startBlobStorage();
  onTestFinished(() => storage.close());
  const container = await openIn(storage, "state");
  const budgets = createBlobBudgets(container);
  const now = Date.parse("2026-05-02T12:00:00Z");
  expect(await budgets.load("first", now)).toEqual([]);

  const entries = [
    { at: now - 20 * 3600_000, units: 10, live: 1 },
    { at: now - 1000, units: 2.5, live: 0, notBefore: now + 60_000 },
    { at: now, units: 1, live: 1 },
  ];
  const old = { at: now - 40 * 3600_000, units: 99, live: 0 };
  await budgets.add("first", old);
  await budgets.add("another-key", old);
  for (const entry of entries) await budgets.add("first", entry);
  await budgets.add("second", { at: now, units: 7, live: 0 });
  expect(await budgets.load("first", now)).toEqual(entries);
  expect([...(await readAll(container, "budgets/")).keys()]).toEqual([
    "budgets/budget-first-2026-05-01.ndjson",
    "budgets/budget-first-2026-05-02.ndjson",
    "budgets/budget-second-2026-05-02.ndjson",
  ]);
});
