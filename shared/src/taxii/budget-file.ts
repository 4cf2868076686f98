import { appendFile, mkdir, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { budgetName, readBudgetEntries, type BudgetStore } from "./budget-store.ts";

const dayMs = 24 * 3600_000;

/**
 * Spending as lines of JSON in `budget-<account>-<UTC date>.ndjson`, mode 0600. Processes that share the directory append to the same
 * file, so none can overwrite what another one spent; a file is removed when the day after its own is over.
 */
export function createFileBudgets(directory: string): BudgetStore {
  return {
    async load(account, now) {
      await removeOld(directory, account, now);
      const texts = [now - dayMs, now].map((time) => readIfPresent(join(directory, budgetName(account, time))));
      return (await Promise.all(texts)).flatMap(readBudgetEntries);
    },
    async add(account, entry) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await appendFile(join(directory, budgetName(account, entry.at)), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    },
  };
}

async function removeOld(directory: string, account: string, now: number): Promise<void> {
  const names = await readdir(directory).catch(ignoreAbsence);
  const old = (names ?? []).filter((name) => name.startsWith(`budget-${account}-`) && name < budgetName(account, now - dayMs));
  // Another process may have been faster.
  await Promise.all(old.map((name) => unlink(join(directory, name)).catch(ignoreAbsence)));
}

async function readIfPresent(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(ignoreAbsence)) ?? "";
}

function ignoreAbsence(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
