import { expect, onTestFinished, test } from "vitest";
import { startBlobStorage } from "./blob-storage.test.server.ts";
import { createBlobBudgets } from "./budgets.ts";
import { openContainer } from "./container.ts";
import { createSecret } from "@socdefenders/shared";

test("spending of today and yesterday is kept in blobs, that of each account by itself", async () => {
  const storage = await startBlobStorage();
  onTestFinished(() => storage.close());
  const account = { connectionString: createSecret(storage.connectionString) };
  const budgets = createBlobBudgets(await openContainer({ container: "state", account }));
  const now = Date.parse("2026-05-02T12:00:00Z");
  expect(await budgets.load("first", now)).toEqual([]);

  const entries = [
    { at: now - 20 * 3600_000, units: 10, live: 1 },
    { at: now - 1000, units: 2.5, live: 0, notBefore: now + 60_000 },
    { at: now, units: 1, live: 1 },
  ];
  await budgets.add("first", { at: now - 40 * 3600_000, units: 99, live: 0 });
  for (const entry of entries) await budgets.add("first", entry);
  await budgets.add("second", { at: now, units: 7, live: 0 });
  expect(await budgets.load("first", now)).toEqual(entries);
});
