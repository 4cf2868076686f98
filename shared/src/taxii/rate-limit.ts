import { FeedError } from "../errors/feed-error.ts";
import { commandWords } from "../errors/host-words.ts";
import { systemClock, type Clock } from "../http/clock.ts";
import type { HttpResponse } from "../http/request.ts";
import type { Logger } from "../log/logger.ts";
import type { BudgetAccount } from "./budget-account.ts";
import { createDayBudget } from "./day-budget.ts";
import { createMinuteBudget, type Ticket } from "./minute-budget.ts";
import { createObjectsCost } from "./objects-cost.ts";
import { readRateHeaders } from "./rate-headers.ts";

/**
 * What a request is, which decides its price and its turn: an objects page that a poll for news or a back-fill asks for (2.5 units), or
 * anything else (1 unit).
 */
export type RequestKind = "live" | "backfill" | "other";

export interface RateLimiterOptions {
  /** Units a minute until the server says its own limit. */
  readonly perMinute: number;
  /** Units of any 24 hours. */
  readonly perDay: number;
  /** Largest share of the day that a back-fill leaves to live polling. Default 0.1. */
  readonly reserve?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Where spending outlives the process. Without it a restart forgets it. */
  readonly account?: BudgetAccount | undefined;
}

/** A request that was let through; to be settled once, with its answer or with nothing when none came. */
export interface Pass {
  settle(response: HttpResponse | undefined): void;
}

/** The budget of one API key in this process: everything that uses the key shares one of these. */
export interface RateLimiter {
  /**
   * Resolves when the request may go, at once and without a timer while there is budget. Throws FeedError where that would take longer
   * than `patienceMs`, and the signal's reason on abort.
   */
  enter(kind: RequestKind, patienceMs: number, log: Logger, signal: AbortSignal | undefined): Promise<Pass>;
  /** Lets nothing through for so many milliseconds: the server asked for it. */
  postpone(ms: number): void;
  /** Saves what was spent since the last time. Never throws. */
  flush(log: Logger): Promise<void>;
}

const warningShare = 0.8;
// A server that asks for longer is mistaken, or will say so again tomorrow.
const longestPauseMs = 24 * 3600_000;

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { perMinute, perDay, reserve, clock = systemClock, account } = options;
  const cost = createObjectsCost();
  const minute = createMinuteBudget(perMinute, cost);
  const day = createDayBudget({ perDay, reserve });
  let notBefore = 0;
  let isWarned = false;

  async function enter(kind: RequestKind, patienceMs: number, log: Logger, signal: AbortSignal | undefined): Promise<Pass> {
    if (account?.isLoaded() === false) await load(account, log);
    for (;;) {
      signal?.throwIfAborted();
      const now = clock.now();
      const delays = {
        server: Math.ceil(notBefore - now),
        day: day.delay(kind === "other" ? 1 : cost.charged(), kind === "backfill", now),
        minute: minute.delay(kind !== "other", now),
      };
      const pause = Math.max(...Object.values(delays));
      if (pause <= 0) return pass(kind, now, log);
      if (pause > patienceMs) throw tooLong(delays, new Date(now + pause).toISOString());
      await clock.wait(pause, signal);
    }
  }

  function pass(kind: RequestKind, now: number, log: Logger): Pass {
    const ticket = minute.take(kind !== "other", now);
    const units = kind === "other" ? 1 : cost.charged();
    day.spend(units, kind === "backfill", now);
    account?.note({ at: now, units, live: kind === "backfill" ? 0 : units });
    warnOnce(now, log);
    if (account?.isDue(now) === true) void flush(log);
    return { settle: (response) => settle(ticket, response) };
  }

  function settle(ticket: Ticket, response: HttpResponse | undefined): void {
    const now = clock.now();
    minute.settle(ticket, response && readRateHeaders(response, now), now);
  }

  async function load(from: BudgetAccount, log: Logger): Promise<void> {
    const entries = await from.load(clock.now(), log);
    if (entries === undefined) return;
    day.restore(entries, clock.now());
    const saved = Math.max(0, ...entries.map((entry) => entry.notBefore ?? 0));
    notBefore = Math.max(notBefore, Math.min(saved, clock.now() + longestPauseMs));
  }

  async function flush(log: Logger): Promise<void> {
    if (account === undefined || !(await account.save(clock.now(), notBefore, log))) return;
    await load(account, log);
  }

  function warnOnce(now: number, log: Logger): void {
    const spent = day.spent(now);
    if (spent < perDay * warningShare) isWarned = false;
    else if (!isWarned) {
      isWarned = true;
      log.warn(
        "day_budget",
        `${Math.round((100 * spent) / perDay)} % of this key's requests of a day are used; pacing what is left`,
        {
          spent_units: Math.round(spent),
          units_per_day: perDay,
        },
      );
    }
  }

  function tooLong(delays: Readonly<Record<"server" | "day" | "minute", number>>, time: string): FeedError {
    if (delays.server >= delays.day && delays.server >= delays.minute) {
      return new FeedError(`the feed asked to be left alone until ${time}`, {
        remedy: `Wait until then, and look for other clients that use the same key; a feed that asked by mistake is asked again ${commandWords.forgetWait}.`,
      });
    }
    if (delays.minute > delays.day) {
      return new FeedError(`the request units a minute of this key are used until ${time}`, {
        remedy: "Wait until then, or stop other clients of the key.",
      });
    }
    return new FeedError(`the ${perDay} request units a day of this key are used; more are free at ${time}`, {
      remedy: "Wait until then, stop other clients of the key, or raise feed.requests_per_day where the plan has more.",
    });
  }

  return {
    enter,
    flush,
    postpone(ms) {
      notBefore = Math.max(notBefore, clock.now() + Math.min(ms, longestPauseMs));
    },
  };
}
