import { accountName } from "./budget-account.ts";
import type { BudgetStore } from "./budget-store.ts";
import type { FeedConfig } from "./config.ts";
import { createDayBudget } from "./day-budget.ts";

/** What every process that shares a store has spent with the key. */
export interface KeySpending {
  /** Request units of the last 24 hours. */
  readonly spent: number;
  /** `feed.requests_per_day`. */
  readonly perDay: number;
  /** Until when the server asked to be left alone, in epoch milliseconds, where that is not over. */
  readonly notBefore: number | undefined;
}

/** Reads the account of the configured key. `now` is in epoch milliseconds. Throws what the store says. */
export async function readKeySpending(config: FeedConfig, store: BudgetStore, now: number): Promise<KeySpending> {
  const entries = await store.load(await accountName(config), now);
  const day = createDayBudget({ perDay: config.requestsPerDay });
  day.restore(entries, now);
  const notBefore = Math.max(0, ...entries.map((entry) => entry.notBefore ?? 0));
  return { spent: day.spent(now), perDay: config.requestsPerDay, notBefore: notBefore > now ? notBefore : undefined };
}
