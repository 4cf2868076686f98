import { fromMicroseconds, parseSection, toMicroseconds, type ObservableType } from "@socdefenders/shared";
import { z } from "zod";

/** Days an indicator without an end of its own counts from its `valid_from`, by type; `pattern` is one without an observable. */
export type LifetimeDays = Readonly<Record<ObservableType | "pattern", number>>;

// Addresses change hands within weeks, names and mailboxes within months; a hash, a CVE or a technique id means the same thing for good.
export const defaultLifetimeDays: LifetimeDays = {
  ipv4: 30,
  ipv6: 30,
  cidr: 30,
  domain: 90,
  url: 90,
  email: 90,
  md5: 365,
  sha1: 365,
  sha256: 365,
  sha512: 365,
  ssdeep: 365,
  file_name: 90,
  cve: 365,
  attack_pattern: 365,
  pattern: 90,
};

/**
 * Lifetimes as an operator writes them, a map or the text `ipv4=30,domain=90`, over the defaults. Throws ConfigurationError; for an
 * unknown type it names the nearest.
 */
export function parseLifetimeDays(input: unknown, path: string): LifetimeDays {
  const written = parseSection(schema, typeof input === "string" ? readPairs(input) : input, path);
  return { ...defaultLifetimeDays, ...written };
}

function readPairs(text: string): Record<string, number> {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [type = "", days = ""] = pair.split("=");
      return [type.trim(), days.trim() === "" ? Number.NaN : Number(days)];
    }),
  );
}

// A hundred years: what is longer is a slip of the keyboard.
const days = z.number("not a number of days").int("not a whole number of days").min(1).max(36_500);
const schema = z.strictObject(
  Object.fromEntries(Object.keys(defaultLifetimeDays).map((type) => [type, days.optional()])),
) as unknown as z.ZodType<Partial<LifetimeDays>>;

const dayMicroseconds = 86_400_000_000n;
const lastMicrosecond = 253_402_300_799_999_999n;

/**
 * When the lifetime of the types ends, counted from `validFrom`, so that the same indicator always ends at the same time; of several
 * types the shortest. Undefined where nothing can be later than `validFrom`, or it is no time.
 */
export function endOfLife(validFrom: string, types: readonly ObservableType[], lifetimeDays: LifetimeDays): string | undefined {
  const start = toMicroseconds(validFrom);
  if (start === undefined || start >= lastMicrosecond) return undefined;
  const length = types.length === 0 ? lifetimeDays.pattern : Math.min(...types.map((type) => lifetimeDays[type]));
  const end = start + BigInt(length) * dayMicroseconds;
  return fromMicroseconds(end < lastMicrosecond ? end : lastMicrosecond);
}
