/** How a simulated feed limits its keys. The defaults are what the vendor documents for the Pro plan. */
export interface RateOptions {
  /** Request units a minute. Default 1,000. */
  readonly perMinute?: number;
  /** Request units a day, counted from the first request of each. Default 1,000,000. */
  readonly perDay?: number;
  /** Units an objects page costs; everything else costs 1. Default 2.5. */
  readonly objectsCost?: number;
  /** By how much Remaining falls with a page: set to 1, the multiplier counts but does not show. Default `objectsCost`. */
  readonly shownCost?: number;
  /** Rate headers on answers. Default true. */
  readonly headers?: boolean;
  /** How Reset is written; the vendor says "Unix timestamp" and no more. Default seconds. */
  readonly reset?: "seconds" | "milliseconds" | "delta";
  /** Retry-After on a 429; the vendor documents none. Default none. */
  readonly retryAfter?: "none" | "seconds" | "date";
  /** Epoch milliseconds of the server's own clock. Default `Date.now`. */
  readonly now?: () => number;
}

/** What the limit says to one request. */
export interface RateVerdict {
  readonly isRefused: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Body of a 429. */
  readonly error: { readonly code: string; readonly message: string; readonly details: Record<string, unknown> };
}

export interface SimulatedRate {
  /** Counts a request by its key; one that is refused costs nothing. */
  admit(key: string, isObjects: boolean): RateVerdict;
  refused(): number;
}

const minuteMs = 60_000;
const dayMs = 24 * 3600_000;

/** The vendor's limits as documented: units in fixed minutes and days for each key, shown in three headers, and 429 beyond them. */
export function createRate(options: RateOptions = {}): SimulatedRate {
  const { perMinute = 1000, perDay = 1_000_000, objectsCost = 2.5, now = Date.now } = options;
  const shownCost = options.shownCost ?? objectsCost;
  const accounts = new Map<string, Account>();
  let refused = 0;

  return {
    refused: () => refused,
    admit(key, isObjects) {
      const time = now();
      const account = accounts.get(key) ?? { minute: { start: time, spent: 0 }, day: { start: time, spent: 0 }, shown: 0 };
      accounts.set(key, account);
      if (renew(account.minute, minuteMs, time)) account.shown = 0;
      renew(account.day, dayMs, time);
      const cost = isObjects ? objectsCost : 1;
      const isDayOver = account.day.spent + cost > perDay;
      const isRefused = isDayOver || account.minute.spent + cost > perMinute;
      if (isRefused) refused += 1;
      else {
        account.minute.spent += cost;
        account.day.spent += cost;
        account.shown += isObjects ? shownCost : 1;
      }
      const endsAt = isDayOver ? account.day.start + dayMs : account.minute.start + minuteMs;
      return {
        isRefused,
        headers: { ...rateHeaders(options, perMinute, account, time), ...(isRefused && retryAfter(options, endsAt, time)) },
        error: {
          code: "rate_limit_exceeded",
          message: isDayOver ? "Daily request limit exceeded" : "Rate limit exceeded",
          details: { limit: isDayOver ? perDay : perMinute },
        },
      };
    },
  };
}

interface Period {
  start: number;
  spent: number;
}

interface Account {
  readonly minute: Period;
  readonly day: Period;
  /** What the header shows as spent in this minute. */
  shown: number;
}

function renew(period: Period, length: number, time: number): boolean {
  if (time < period.start + length) return false;
  period.start += Math.floor((time - period.start) / length) * length;
  period.spent = 0;
  return true;
}

function rateHeaders(options: RateOptions, limit: number, { minute, shown }: Account, time: number): Record<string, string> {
  const date = { date: new Date(time).toUTCString() };
  if (options.headers === false) return date;
  const end = minute.start + minuteMs;
  const reset = { seconds: end / 1000, milliseconds: end, delta: (end - time) / 1000 }[options.reset ?? "seconds"];
  return {
    ...date,
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(0, Math.floor(limit - shown))),
    "x-ratelimit-reset": String(Math.floor(reset)),
  };
}

function retryAfter({ retryAfter: form = "none" }: RateOptions, endsAt: number, time: number): Record<string, string> {
  if (form === "none") return {};
  const seconds = Math.ceil((endsAt - time) / 1000);
  return { "retry-after": form === "seconds" ? String(seconds) : new Date(Math.ceil(endsAt / 1000) * 1000).toUTCString() };
}
