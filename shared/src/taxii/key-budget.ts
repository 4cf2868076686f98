import { accountName, openBudgetAccount } from "./budget-account.ts";
import type { BudgetStore } from "./budget-store.ts";
import { createCircuit, type Circuit } from "./circuit.ts";
import type { FeedConfig } from "./config.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limit.ts";

/** What all requests of one key in this process share. */
export interface KeyBudget {
  readonly limiter: RateLimiter;
  readonly circuit: Circuit;
}

// The feed is opened anew for each poll, and the server does not start to count anew for that.
const budgets = new Map<string, KeyBudget>();

/** The budget of the configured key, the same one whenever the same key is opened again in this process. */
export function keyBudget(config: FeedConfig, store: BudgetStore | undefined, coolDownMs?: number): KeyBudget {
  const { endpoint, apiKey, requestsPerMinute, requestsPerDay } = config;
  const key = JSON.stringify([endpoint.host.replace(/^www\./, ""), apiKey.reveal(), requestsPerMinute, requestsPerDay]);
  const known = budgets.get(key);
  if (known !== undefined) return known;
  let name: Promise<string> | undefined;
  const account = store && openBudgetAccount(store, () => (name ??= accountName(config)));
  const limiter = createRateLimiter({ perMinute: requestsPerMinute, perDay: requestsPerDay, account });
  const opened = { limiter, circuit: createCircuit(coolDownMs) };
  budgets.set(key, opened);
  return opened;
}
