import type { RateReport } from "./rate-headers.ts";
import type { ObjectsCost } from "./objects-cost.ts";

/** A request under way, to be settled when its answer is there or is known not to come. */
export interface Ticket {
  readonly number: number;
  readonly isObjects: boolean;
  readonly units: number;
}

/** The key's budget of a minute, all times in epoch milliseconds. It never waits itself: {@link MinuteBudget.delay} says how long to. */
export interface MinuteBudget {
  /** Milliseconds until such a request may go; 0 is now. */
  delay(isObjects: boolean, now: number): number;
  take(isObjects: boolean, now: number): Ticket;
  /** Takes what the answer says into account; undefined where none came. */
  settle(ticket: Ticket, report: RateReport | undefined, now: number): void;
}

const minuteMs = 60_000;
// The end of one and the same minute is reckoned anew with each answer and varies with its latency; a later one is another minute's.
const sameWindowMs = 5000;

/** What the server said is left of its current minute, less what was sent since; in units. */
interface Window {
  readonly remaining: number;
  readonly until: number;
  /** Most that others were seen to spend between two answers. */
  readonly foreign: number;
}

/**
 * A token bucket of one minute's units (capacity the limit, refilled at a sixtieth of it a second), and within it what the server says
 * is left of its own minute: a server that counts in fixed minutes would else see up to two buckets in one of them.
 */
export function createMinuteBudget(configuredLimit: number, cost: ObjectsCost): MinuteBudget {
  let limit = configuredLimit;
  let tokens = limit;
  let filledAt: number | undefined;
  let window: Window | undefined;
  let lastNumber = 0;
  let inFlight = 0;
  let newest: { readonly ticket: Ticket; readonly remaining: number } | undefined;

  const price = (isObjects: boolean): number => (isObjects ? cost.charged() : 1);
  const refill = (now: number): void => {
    // A price above the limit could never be paid from a bucket of the limit's size.
    const capacity = Math.max(limit, cost.charged());
    tokens = Math.min(capacity, tokens + (Math.max(0, now - (filledAt ?? now)) * limit) / minuteMs);
    filledAt = now;
  };
  const windowDelay = (units: number, now: number): number => {
    if (window === undefined || now >= window.until) return 0;
    // Others on the key spend while the request is on its way: as much again as they did before stays theirs.
    const margin = Math.min(limit / 10, 2 * window.foreign);
    return window.remaining - margin >= units ? 0 : window.until - now;
  };

  return {
    delay(isObjects, now) {
      refill(now);
      const units = price(isObjects);
      const missing = units - tokens;
      const bucketDelay = missing <= 0 ? 0 : (missing * minuteMs) / limit;
      return Math.ceil(Math.max(bucketDelay, windowDelay(units, now)));
    },
    take(isObjects, now) {
      refill(now);
      lastNumber += 1;
      const ticket = { number: lastNumber, isObjects, units: price(isObjects) };
      tokens -= ticket.units;
      inFlight += ticket.units;
      if (window !== undefined) window = { ...window, remaining: window.remaining - ticket.units };
      return ticket;
    },
    settle(ticket, report, now) {
      inFlight -= ticket.units;
      if (report?.limit !== undefined) adoptLimit(report.limit);
      if (report?.remaining === undefined) return;
      const isNewest = newest === undefined || ticket.number > newest.ticket.number;
      const running = window !== undefined && now < window.until ? window : undefined;
      const until = report.resetMs === undefined && running ? running.until : now + (report.resetMs ?? minuteMs);
      const isSameWindow = running !== undefined && until <= running.until + sameWindowMs;
      const foreign = isSameWindow ? compare(ticket, report.remaining) : 0;
      // Requests under way may not be in the server's number yet.
      const left = limit - (limit - report.remaining) * unitsShown() - inFlight;
      if (window !== undefined && (isSameWindow || !isNewest)) {
        window = {
          remaining: Math.min(window.remaining, left),
          until: Math.min(window.until, until),
          foreign: Math.max(window.foreign, foreign),
        };
      } else window = { remaining: left, until, foreign: 0 };
      if (isNewest) newest = { ticket, remaining: report.remaining };
    },
  };

  /** Units behind one of the server's count: more than 1 where its header counts requests and a page costs more. */
  function unitsShown(): number {
    return cost.charged() / cost.shown();
  }

  function adoptLimit(told: number): void {
    tokens += Math.max(0, told - limit);
    limit = told;
  }

  /** Learns from two answers in a row with nothing else under way; returns what others spent between them. */
  function compare(ticket: Ticket, remaining: number): number {
    if (newest === undefined || inFlight > 0 || ticket.number !== newest.ticket.number + 1) return 0;
    if (!ticket.isObjects) return 0;
    const drop = newest.remaining - remaining;
    cost.observe(drop);
    // Half a unit is what rounding does.
    return Math.max(0, drop * unitsShown() - ticket.units - 0.5);
  }
}
