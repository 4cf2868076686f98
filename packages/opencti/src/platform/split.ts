import type { StixObject } from "@socdefenders/shared";
import { withoutRepeats } from "./embedded.ts";
import { keepReferences, referencesOf, type Reference } from "./references.ts";
import { isSupported } from "./supported-types.ts";

/** One object of a bundle with the number of objects it needs, itself included: those with fewer must arrive first. */
export interface Part {
  readonly sequence: number;
  readonly object: StixObject;
}

/** An object that the platform will not take, and why; reasons are fixed texts. */
export interface Undelivered {
  readonly id: string;
  readonly reason: string;
}

export interface Split {
  /** Each after everything it refers to. */
  readonly parts: readonly Part[];
  readonly dropped: readonly Undelivered[];
}

/**
 * The objects in the order that OpenCTI's workers need, numbered as its own client does (`OpenCTIStix2Splitter` of pycti): one for the
 * object and the number of each object it refers to, counted as often as it is named. A reference to itself, back into a circle or to what
 * is dropped is taken out, since the platform would wait for it in vain: from a `_refs` list it goes, a single `_ref` becomes null. One to
 * what is not here stays: another page brings or has brought it. Takes time in proportion to objects and references, and no stack.
 */
export function split(objects: readonly StixObject[]): Split {
  const byId = byIdOf(objects);
  const sequences = new Map<string, number>();
  const onPath = new Set<string>();
  const parts: Part[] = [];
  const dropped: Undelivered[] = [];

  /** What a reference adds to the sequence; undefined where it is to be taken out, "unvisited" where its object comes first. */
  function weigh({ id }: Reference): number | "unvisited" | undefined {
    if (!isSupported(id) || onPath.has(id)) return undefined;
    if (!byId.has(id)) return 0;
    const sequence = sequences.get(id);
    return sequence === isDropped ? undefined : (sequence ?? "unvisited");
  }

  function enter(object: StixObject): Visit {
    onPath.add(object.id);
    return { object, references: referencesOf(object), next: 0, sequence: 1 };
  }

  /** Moves on by one reference; gives the object that must be visited before it. */
  function step(visit: Visit): StixObject | undefined {
    const reference = visit.references[visit.next] as Reference;
    const weight = weigh(reference);
    if (weight === "unvisited") return byId.get(reference.id);
    visit.next += 1;
    visit.sequence = Math.min(visit.sequence + (weight ?? 0), Number.MAX_SAFE_INTEGER);
    return undefined;
  }

  function leave({ object, sequence }: Visit): void {
    const cleaned = withoutRepeats(keepReferences(object, (reference) => weigh(reference) !== undefined));
    onPath.delete(object.id);
    const reason = refusalOf(cleaned);
    if (reason === undefined) parts.push({ sequence, object: cleaned });
    else dropped.push({ id: object.id, reason });
    sequences.set(object.id, reason === undefined ? sequence : isDropped);
  }

  for (const root of byId.values()) {
    const path = sequences.has(root.id) ? [] : [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const first = visit.next < visit.references.length ? step(visit) : undefined;
      if (first !== undefined) path.push(enter(first));
      else if (visit.next === visit.references.length) leave(path.pop() as Visit);
    }
  }
  // The sort is stable: objects of the same number stay behind what they refer to, even beyond the largest number there is.
  return { parts: parts.toSorted((left, right) => left.sequence - right.sequence), dropped };
}

/** An object whose references are being followed. */
interface Visit {
  readonly object: StixObject;
  readonly references: readonly Reference[];
  next: number;
  sequence: number;
}

// No object has that number: each counts itself.
const isDropped = 0;

function byIdOf(objects: readonly StixObject[]): ReadonlyMap<string, StixObject> {
  return new Map(objects.map((object) => [object.id, object]));
}

/** What the workers could make nothing of; one of these without what it joins is left behind by pycti too. */
function refusalOf(object: StixObject): string | undefined {
  if (!isSupported(object.id)) return "of a type that OpenCTI does not import";
  const isThere = (property: string): boolean => typeof object[property] === "string";
  if (object.type === "relationship" && !(isThere("source_ref") && isThere("target_ref")))
    return "a relationship whose source or target is not sent";
  const places = object["where_sighted_refs"];
  if (object.type === "sighting" && !(isThere("sighting_of_ref") && Array.isArray(places) && places.length > 0))
    return "a sighting whose object or place is not sent";
  return undefined;
}
