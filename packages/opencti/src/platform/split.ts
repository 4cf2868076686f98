import type { StixObject } from "@socdefenders/shared";

/** One object of a bundle with the number of objects it needs, itself included: those with fewer must arrive first. */
export interface Part {
  readonly sequence: number;
  readonly object: StixObject;
}

/**
 * The objects in an order in which each comes after what it refers to. A reference to itself or back into a circle is taken out, since
 * the platform would wait for it in vain: from a `_refs` list it goes, a single `_ref` becomes null. One to what is not here stays:
 * another page brings or has brought it.
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
      if (typeof id !== "string" || path.includes(id)) return false;
      const target = byId.get(id);
      if (target !== undefined) sequence += visit(target, path);
      return true;
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
