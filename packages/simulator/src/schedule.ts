import { seededRandom } from "./random.ts";

/** The requests a fault looks at: `next` are objects requests with a cursor. */
export type RequestKind = "any" | "discovery" | "collections" | "objects" | "next";

/** Which of the requests looked at are hit. */
type When =
  /** These, counted from 1. */
  | { readonly numbers: readonly number[] }
  /** Every nth; 1 is all. */
  | { readonly every: number }
  /** This share of them, from 0 to 1, drawn from the feed's seed. */
  | { readonly share: number };

export interface Scheduled {
  readonly when: When;
  /** Default `objects`. */
  readonly where?: RequestKind | undefined;
}

/** Says for each request which of the scheduled hits it, the first that does. The same seed gives the same answers in the same order. */
export function createSchedule<Entry extends Scheduled>(
  entries: readonly Entry[],
  seed: number,
): (kinds: ReadonlySet<RequestKind>) => Entry | undefined {
  const watched = entries.map((entry, index) => ({ entry, random: seededRandom(seed + index), seen: 0 }));
  return (kinds) => {
    // Each one counts its requests, whether another one hits or not.
    const hits = watched.filter((one) => {
      if (!kinds.has(one.entry.where ?? "objects")) return false;
      one.seen += 1;
      return isHit(one.entry.when, one.seen, one.random);
    });
    return hits[0]?.entry;
  };
}

function isHit(when: When, number: number, random: () => number): boolean {
  if ("numbers" in when) return when.numbers.includes(number);
  return "every" in when ? number % when.every === 0 : random() < when.share;
}

/** Reads `3`, `3,5`, `every-4`, `always` or `20%`, with `@discovery` and the like behind it; undefined where the text is none. */
export function parseSchedule(text: string): Scheduled | undefined {
  const [, written = "", where = "objects"] = /^([^@]+)(?:@(any|discovery|collections|objects|next))?$/.exec(text) ?? [];
  const when = parseWhen(written);
  return when && { when, where: where as RequestKind };
}

function parseWhen(text: string): When | undefined {
  if (text === "always") return { every: 1 };
  const [, every, share] = /^(?:every-([1-9]\d{0,5})|(\d{1,2}|100)%)$/.exec(text) ?? [];
  if (every !== undefined) return { every: Number(every) };
  if (share !== undefined) return { share: Number(share) / 100 };
  return /^[1-9]\d{0,5}(,[1-9]\d{0,5})*$/.test(text) ? { numbers: text.split(",").map(Number) } : undefined;
}
