import type { ContainerClient } from "@azure/storage-blob";
import { budgetName, readBudgetEntries, type BudgetStore } from "@socdefenders/shared";
import { appendLines } from "./append.ts";
import { readIfPresent, timeLimit } from "./container.ts";

const dayMs = 24 * 3600_000;

/** What the feed's key has spent, in an append blob a day beside the positions; a blob is removed when the day after its own is over. */
export function createBlobBudgets(container: ContainerClient): BudgetStore {
  return {
    async load(account, now) {
      await removeOld(container, now);
      const found = [now - dayMs, now].map((time) => readIfPresent(container, `budgets/${budgetName(account, time)}`));
      return (await Promise.all(found)).flatMap((blob) => readBudgetEntries(blob?.content ?? ""));
    },
    add: (account, entry) => appendLines(container, `budgets/${budgetName(account, entry.at)}`, `${JSON.stringify(entry)}\n`),
  };
}

/** Of every account: the key may have been changed since. */
async function removeOld(container: ContainerClient, now: number): Promise<void> {
  const yesterday = new Date(now - dayMs).toISOString().slice(0, 10);
  for await (const { name } of container.listBlobsFlat({ ...timeLimit(), prefix: "budgets/budget-" })) {
    const [, day] = /-(\d{4}-\d\d-\d\d)\.ndjson$/.exec(name) ?? [];
    if (day !== undefined && day < yesterday) await container.getBlobClient(name).deleteIfExists(timeLimit());
  }
}
