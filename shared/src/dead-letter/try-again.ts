import { redact } from "../config/secret.ts";
import type { Filter } from "../filter/filter.ts";
import type { Mapped, Mapping, Sink } from "../pipeline/contract.ts";
import { parseStixObject } from "../stix/object.ts";
import { toDeadLetter, type DeadLetter } from "./entry.ts";

/** A target to try again, with what stands before it today. */
export interface RetryTarget {
  readonly map: Mapping<unknown>;
  readonly filter: Filter | undefined;
  readonly sink: Sink<unknown>;
}

export type Verdict =
  | { readonly kind: "delivered" }
  | { readonly kind: "skipped"; readonly reason: string }
  /** Another entry of the same object stands for all that it would send. */
  | { readonly kind: "repeated" }
  /** The entry as it is to be kept now. */
  | { readonly kind: "kept"; readonly entry: DeadLetter };

/** An entry's object read and mapped once more: the items to send, with their places among all that the mapping made. */
interface Plan {
  readonly entry: DeadLetter;
  readonly places: readonly number[];
  readonly items: readonly unknown[];
}

/** Places of the items that a retry has taken up, by object: an object with several entries sends each of its items once. */
export type TakenPlaces = Map<string, Set<number>>;

/**
 * Sends entries of one target again; a verdict for each, in their order. Throws what the sink throws: then none is decided, and `taken`
 * is of no use any more.
 */
export async function tryAgain(
  entries: readonly DeadLetter[],
  target: RetryTarget,
  taken: TakenPlaces,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const plans = entries.map((entry) => plan(entry, target, taken));
  const items = plans.flatMap((one) => ("kind" in one ? [] : one.places.map((place) => one.items[place])));
  const refusals = items.length === 0 ? [] : await target.sink.write(items, signal);
  const reasons = new Map(refusals.map(({ item, reason }) => [item, redact(reason)]));
  return plans.map((one) => ("kind" in one ? one : judge(one, reasons, target)));
}

function plan(entry: DeadLetter, target: RetryTarget, taken: TakenPlaces): Plan | Verdict {
  const mapped = mapAgain(entry, target);
  if (mapped.kind === "kept") {
    // Nothing was sent: which items the target lacks is what it was, and under which filter.
    return { kind: "kept", entry: again(entry, entry.filter, { reason: mapped.reason, refused: entry.refused }) };
  }
  if (mapped.kind === "skipped") return mapped;
  const wanted = placesToSend(entry, mapped.items.length, target.filter);
  const places = take(entry, wanted, taken);
  return wanted.length > 0 && places.length === 0 ? { kind: "repeated" } : { entry, items: mapped.items, places };
}

/** An object that nobody foresaw stays where it is and must not stop the others. */
function mapAgain(
  { content, collection }: DeadLetter,
  { map, filter }: RetryTarget,
): Mapped<unknown> | { readonly kind: "kept"; readonly reason: string } {
  try {
    const parsed = parseStixObject(content);
    if (parsed.kind === "unreadable") return { kind: "kept", reason: parsed.reason };
    return (filter === undefined ? map : filter(map))(parsed.object, { collection });
  } catch (error) {
    return { kind: "kept", reason: redact(`cannot be mapped: ${error instanceof Error ? error.message : String(error)}`) };
  }
}

function take({ collection, sha256 }: DeadLetter, wanted: readonly number[], taken: TakenPlaces): readonly number[] {
  const object = JSON.stringify([collection, sha256]);
  const before = taken.get(object) ?? new Set();
  taken.set(object, new Set([...before, ...wanted]));
  return wanted.filter((place) => !before.has(place));
}

/** The refused items alone where they are still the same ones, since the target holds the others; else all that the object gives now. */
function placesToSend({ refused, filter: former }: DeadLetter, count: number, filter: Filter | undefined): readonly number[] {
  const isSame = refused?.of === count && former === filter?.identity;
  return isSame ? refused.items : Array.from({ length: count }, (_, place) => place);
}

function judge({ entry, places, items }: Plan, reasons: ReadonlyMap<unknown, string>, { filter }: RetryTarget): Verdict {
  const refused = places.filter((place) => reasons.has(items[place]));
  const [first] = refused;
  if (first === undefined) return { kind: "delivered" };
  const reason = reasons.get(items[first]) ?? entry.reason;
  return { kind: "kept", entry: again(entry, filter?.identity, { reason, refused: { items: refused, of: items.length } }) };
}

function again(entry: DeadLetter, filter: string | undefined, news: Pick<DeadLetter, "reason" | "refused">): DeadLetter {
  const { target, collection, content, attempts } = entry;
  const key = { target, collection, endpoint: "", filter };
  return toDeadLetter(key, { content, ...news }, new Date().toISOString(), attempts + 1);
}
