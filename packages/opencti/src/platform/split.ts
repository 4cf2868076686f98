import type { StixObject } from "@socdefenders/shared";
import type { OpenctiBundle } from "../mapping.ts";

/** One object of a bundle with the number of objects it needs, itself included: those with fewer must arrive first. */
export interface Part {
  readonly sequence: number;
  readonly object: StixObject;
}

/** The objects of all bundles, each id once; of several versions in one page the last one counts. */
export function merge(bundles: readonly OpenctiBundle[]): readonly StixObject[] {
  return [...new Map(bundles.flatMap(({ objects }) => objects).map((object) => [object.id, object])).values()];
}

/**
 * The objects in an order in which each comes after what it refers to. A reference to itself, back into a circle or to what is not
 * here is taken out, since the platform would wait for it in vain: from a `_refs` list it goes, a single `_ref` becomes null.
 */
export function split(objects: readonly StixObject[]): readonly Part[] {
  const byId = new Map(objects.map((object) => [object.id, object]));
  const parts = new Map<string, Part>();

  function visit(object: StixObject, ancestors: readonly string[]): number {
    const known = parts.get(object.id);
    if (known !== undefined) return known.sequence;
    const path = [...ancestors, object.id];
    let sequence = 1;
    const follow = (id: unknown): boolean => {
      const target = typeof id === "string" && !path.includes(id) ? byId.get(id) : undefined;
      if (target !== undefined) sequence += visit(target, path);
      return target !== undefined;
    };
    const members = Object.entries(object).map(([key, value]) => [key, cutReferences(key, value, follow)]);
    parts.set(object.id, { sequence, object: Object.fromEntries(members) as StixObject });
    return sequence;
  }

  for (const object of objects) visit(object, []);
  return [...parts.values()].toSorted((left, right) => left.sequence - right.sequence);
}

function cutReferences(key: string, value: unknown, follow: (id: unknown) => boolean): unknown {
  if (key.endsWith("_refs") && Array.isArray(value)) return [...new Set(value as unknown[])].filter(follow);
  if (key.endsWith("_ref")) return follow(value) ? value : null;
  return value;
}
