import { scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import type { Logger } from "../log/logger.ts";
import type { BudgetEntry, BudgetStore } from "./budget-store.ts";
import type { FeedConfig } from "./config.ts";
import type { Spending } from "./day-budget.ts";

/** The saved side of one key's day. A store that fails costs the memory of it and a warning, never the delivery. */
export interface BudgetAccount {
  isLoaded(): boolean;
  /** Everything spent in the last 24 hours by every process, what is not saved yet included; undefined where it cannot be read. */
  load(now: number, log: Logger): Promise<readonly BudgetEntry[] | undefined>;
  note(spending: Spending): void;
  /** Whether the last time of saving is half a minute ago. */
  isDue(now: number): boolean;
  /** Saves what was noted; false where there was nothing to save, or no way to. */
  save(now: number, notBefore: number, log: Logger): Promise<boolean>;
}

const intervalMs = 30_000;

export function openBudgetAccount(store: BudgetStore, name: () => Promise<string>): BudgetAccount {
  let isLoaded = false;
  let isWarned = false;
  let savedAt: number | undefined;
  let savedNotBefore = 0;
  let unsaved: Spending = { at: 0, units: 0, live: 0 };

  const warnOnce = (error: unknown, log: Logger): void => {
    if (isWarned) return;
    isWarned = true;
    log.warn("budget_not_saved", `the key's spending cannot be kept over a restart: ${(error as Error).message}`);
  };

  return {
    isLoaded: () => isLoaded,
    async load(now, log) {
      try {
        const entries = await store.load(await name(), now);
        // What is known from there need not be written there again.
        for (const { notBefore = 0 } of entries) savedNotBefore = Math.max(savedNotBefore, notBefore);
        return [...entries, unsaved];
      } catch (error) {
        warnOnce(error, log);
        return undefined;
      } finally {
        isLoaded = true;
        savedAt ??= now;
      }
    },
    note({ at, units, live }) {
      unsaved = { at, units: unsaved.units + units, live: unsaved.live + live };
    },
    isDue: (now) => now - (savedAt ?? now) >= intervalMs,
    async save(now, notBefore, log) {
      if (unsaved.units === 0 && notBefore <= savedNotBefore) return false;
      const entry = unsaved;
      unsaved = { at: now, units: 0, live: 0 };
      savedAt = now;
      try {
        await store.add(await name(), { ...entry, at: now, ...(notBefore > now && { notBefore }) });
        savedNotBefore = notBefore;
        return true;
      } catch (error) {
        unsaved = { at: now, units: unsaved.units + entry.units, live: unsaved.live + entry.live };
        warnOnce(error, log);
        return false;
      }
    },
  };
}

const slowHash = promisify(scrypt) as (key: string, salt: string, length: number, options: ScryptOptions) => Promise<Buffer>;
// About 10 ms, once a process: keys are random, so this is not what keeps them from being guessed.
const cost = 4096;

/**
 * A name for the key's account: 16 hex digits of scrypt over the key, salted with the feed's host. It tells accounts apart; the key
 * cannot be had from it.
 */
export async function accountName({ endpoint, apiKey }: Pick<FeedConfig, "endpoint" | "apiKey">): Promise<string> {
  return (await slowHash(apiKey.reveal(), `socdefenders-budget ${endpoint.host.replace(/^www\./, "")}`, 8, { cost })).toString(
    "hex",
  );
}
