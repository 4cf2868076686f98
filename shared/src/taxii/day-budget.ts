/** Units spent at a time, by all requests and by those that poll for what is new. */
export interface Spending {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly units: number;
  /** The part of `units` that no back-fill spent. */
  readonly live: number;
}

export interface DayBudgetOptions {
  /** Units of a rolling day. */
  readonly perDay: number;
  /** Largest share that a back-fill leaves to live polling, 0 to 1. Default 0.1. */
  readonly reserve?: number | undefined;
}

/** The key's budget of the last 24 hours, all times in epoch milliseconds. */
export interface DayBudget {
  /** Milliseconds until a request of so many units may go; 0 is now. */
  delay(units: number, isBackfill: boolean, now: number): number;
  spend(units: number, isBackfill: boolean, now: number): void;
  /** Starts over from what was spent, by this process and others, and is still within the last 24 hours. */
  restore(spendings: readonly Spending[], now: number): void;
  /** Units spent in the last 24 hours. */
  spent(now: number): number;
}

const dayMs = 24 * 3600_000;
const slotMs = 10 * 60_000;
// Unpaced beginning of a day's budget: 40,000 pages at the vendor's prices, which is more than most first runs need.
const burstShare = 0.1;
const smallestReserve = 0.01;

interface Slot {
  readonly start: number;
  units: number;
  live: number;
}

/**
 * Counts in slots of ten minutes; a slot is given back when all of it is a day old, so no 24 hours ever hold more than the budget.
 * Live requests may go as long as anything is left. A back-fill may run freely through the first tenth of the budget; from there on it
 * is spaced so that what is left lasts until the oldest slot comes back, for else a fast morning would be paid with an idle night.
 */
export function createDayBudget({ perDay, reserve = 0.1 }: DayBudgetOptions): DayBudget {
  let slots: Slot[] = [];
  let total = 0;
  let live = 0;
  let nextAt = 0;

  const forgetOld = (now: number): void => {
    while (slots[0] !== undefined && returnsAt(slots[0]) <= now) {
      total -= slots[0].units;
      live -= slots[0].live;
      slots.shift();
    }
    if (slots.length === 0) total = live = 0;
  };
  // Live polling of the day before, doubled, is what it will need; nothing more is kept idle for it.
  const keptForLive = (): number => Math.min(perDay * reserve, Math.max(perDay * smallestReserve, 2 * live));
  const add = (units: number, liveUnits: number, at: number): void => {
    const start = Math.floor(at / slotMs) * slotMs;
    let slot = slots.at(-1);
    if (slot === undefined || slot.start < start) slots.push((slot = { start, units: 0, live: 0 }));
    slot.units += units;
    slot.live += liveUnits;
    total += units;
    live += liveUnits;
  };

  return {
    delay(units, isBackfill, now) {
      forgetOld(now);
      const oldest = slots[0];
      if (oldest === undefined) return 0;
      const left = perDay - total - (isBackfill ? keptForLive() : 0);
      if (left < units) return Math.ceil(returnsAt(oldest) - now);
      return isBackfill && total >= perDay * burstShare ? Math.max(0, Math.ceil(nextAt - now)) : 0;
    },
    spend(units, isBackfill, now) {
      forgetOld(now);
      add(units, isBackfill ? 0 : units, now);
      const left = perDay - keptForLive() - total;
      const oldest = slots[0];
      if (!isBackfill || oldest === undefined || total < perDay * burstShare) return;
      const lastsMs = Math.max(1, returnsAt(oldest) - now);
      nextAt = Math.min(now + lastsMs, Math.max(nextAt, now) + (units * lastsMs) / Math.max(left, units));
    },
    restore(spendings, now) {
      slots = [];
      total = live = 0;
      for (const spending of spendings.toSorted((a, b) => a.at - b.at))
        add(spending.units, spending.live, Math.min(spending.at, now));
      forgetOld(now);
    },
    spent(now) {
      forgetOld(now);
      return total;
    },
  };
}

const returnsAt = (slot: Slot): number => slot.start + slotMs + dayMs;
