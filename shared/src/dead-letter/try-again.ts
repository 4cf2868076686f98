import { redact } from "../config/secret.ts";
import type { Filter } from "../filter/filter.ts";
import type { Mapping, Sink } from "../pipeline/contract.ts";
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
  /** The entry as it is to be kept now. */
  | { readonly kind: "kept"; readonly entry: DeadLetter };

/** An entry's object read and mapped once more: the items to send, with their places among all that the mapping made. */
interface Plan {
  readonly entry: DeadLetter;
  readonly places: readonly number[];
  readonly items: readonly unknown[];
}

/** Sends entries of one target again; a verdict for each, in their order. Throws what the sink throws: then none is decided. */
export async function tryAgain(
  entries: readonly DeadLetter[],
  target: RetryTarget,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const plans = entries.map((entry) => plan(entry, target));
  const items = plans.flatMap((one) => ("kind" in one ? [] : one.places.map((place) => one.items[place])));
  const refusals = items.length === 0 ? [] : await target.sink.write(items, signal);
  const reasons = new Map(refusals.map(({ item, reason }) => [item, redact(reason)]));
  return plans.map((one) => ("kind" in one ? one : judge(one, reasons, target)));
}

function plan(entry: DeadLetter, { map, filter }: RetryTarget): Plan | Verdict {
  const parsed = parseStixObject(entry.content);
  if (parsed.kind === "unreadable") return { kind: "kept", entry: again(entry, filter, { reason: parsed.reason }) };
  const mapped = (filter === undefined ? map : filter(map))(parsed.object, { collection: entry.collection });
  if (mapped.kind === "skipped") return mapped;
  return { entry, items: mapped.items, places: placesToSend(entry, mapped.items.length, filter) };
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
  return { kind: "kept", entry: again(entry, filter, { reason, refused: { items: refused, of: items.length } }) };
}

function again(entry: DeadLetter, filter: Filter | undefined, news: Pick<DeadLetter, "reason" | "refused">): DeadLetter {
  const { target, collection, content, attempts } = entry;
  const key = { target, collection, endpoint: "", filter: filter?.identity };
  return toDeadLetter(key, { content, ...news }, new Date().toISOString(), attempts + 1);
}
