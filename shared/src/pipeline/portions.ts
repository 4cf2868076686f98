import type { StixObject } from "../stix/object.ts";
import type { Mapped, Mapping, Rejected } from "./contract.ts";
import { addCounts } from "./count.ts";

/** Fewer than so many refused or failed objects are the objects' own fault. */
export const fewObjects = 10;

// A usual page is one portion. A page of a thousand patterns with hundreds of alternatives each makes as many items as a small host has no
// room for at once.
const largestPortion = 10_000;

export interface MappedObject<Item> {
  readonly object: StixObject;
  readonly items: readonly Item[];
}

/** What the mapping made of a page besides items, complete once every portion was taken. */
export interface Unsent {
  readonly skipped: Record<string, number>;
  readonly withheld: Record<string, number>;
  readonly unmapped: Rejected[];
}

/**
 * Maps objects to portions of about 10,000 items, each made only when the one before is done with, and adds what no item came of to
 * `unsent`. Throws the mapping's own error where it fails on many objects.
 */
export function* mapInPortions<Item>(
  objects: readonly StixObject[],
  map: Mapping<Item>,
  collection: string,
  unsent: Unsent,
): Generator<readonly MappedObject<Item>[]> {
  let portion: MappedObject<Item>[] = [];
  let size = 0;
  for (const object of objects) {
    const mapped = mapOne(object, map, collection, unsent);
    if (mapped === undefined) continue;
    if (mapped.kind === "skipped") {
      addCounts(unsent.skipped, { [mapped.reason]: 1 });
      continue;
    }
    addCounts(unsent.withheld, mapped.withheld);
    if (size > 0 && size + mapped.items.length > largestPortion) {
      yield portion;
      portion = [];
      size = 0;
    }
    portion.push({ object, items: mapped.items });
    size += mapped.items.length;
  }
  yield portion;
}

/** One object that nobody foresaw must not stop all that follow; many of them are a defect that must not be passed over. */
function mapOne<Item>(object: StixObject, map: Mapping<Item>, collection: string, { unmapped }: Unsent): Mapped<Item> | undefined {
  try {
    return map(object, { collection });
  } catch (error) {
    if (unmapped.length + 1 >= fewObjects) throw error;
    unmapped.push({ reason: `cannot be mapped: ${error instanceof Error ? error.message : String(error)}`, content: object });
    return undefined;
  }
}
