import { z } from "zod";
import type { Spending } from "./day-budget.ts";

/** What is kept of a key's spending. `notBefore` is set where the server asked to be left alone until then (epoch milliseconds). */
export interface BudgetEntry extends Spending {
  readonly notBefore?: number | undefined;
}

/** Where a key's spending outlives the process. Several processes may use it at the same time: entries are only ever added. */
export interface BudgetStore {
  /** The entries of the last 24 hours and possibly older ones, of every process. `account` is a name that does not give the key away. */
  load(account: string, now: number): Promise<readonly BudgetEntry[]>;
  add(account: string, entry: BudgetEntry): Promise<void>;
}

/** A store that ends with the process. */
export function createMemoryBudgets(): BudgetStore {
  const accounts = new Map<string, BudgetEntry[]>();
  return {
    load: async (account) => [...(accounts.get(account) ?? [])],
    async add(account, entry) {
      accounts.set(account, [...(accounts.get(account) ?? []), entry]);
    },
  };
}

/** Name of what holds an account's entries of one UTC day: `budget-<account>-<date>.ndjson`. Names of later days sort behind it. */
export function budgetName(account: string, time: number): string {
  return `budget-${account}-${new Date(time).toISOString().slice(0, 10)}.ndjson`;
}

/** Entries as one line of JSON each. A line that a full disk or a crash cut off is left out: it is at most half a minute of spending. */
export function readBudgetEntries(text: string): BudgetEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      return entrySchema.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

const entrySchema: z.ZodType<BudgetEntry> = z.object({
  at: z.number(),
  units: z.number(),
  live: z.number(),
  notBefore: z.number().optional(),
});
