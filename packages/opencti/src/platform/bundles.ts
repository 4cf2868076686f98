import type { StixObject } from "@socdefenders/shared";
import type { Part, Undelivered } from "./split.ts";

export interface CutBundles {
  readonly bundles: readonly (readonly StixObject[])[];
  readonly tooLarge: readonly Undelivered[];
}

/**
 * The objects in the same order as few bundles, each of at most so many bytes where it stands as text inside the JSON of a request. Who
 * says it and how it may be shared (author and markings) come along in every bundle that needs them; an object too large for any bundle
 * is given back.
 */
export function cutBundles(parts: readonly Part[], maximumBytes: number): CutBundles {
  const byId = new Map(parts.map(({ object }) => [object.id, { object, bytes: bytesInside(object) }]));
  const bundles: Map<string, StixObject>[] = [];
  const tooLarge: Undelivered[] = [];
  let free = 0;

  /** The object behind its author and markings, but for what the bundle has. */
  function withProvenance(id: string, present: ReadonlyMap<string, StixObject> | undefined): readonly Sized[] {
    const sized = byId.get(id);
    if (sized === undefined || present?.has(id) === true) return [];
    const group = [...new Set(provenanceOf(sized.object))].flatMap((needed) => withProvenance(needed, present));
    return [...new Set([...group, sized])];
  }

  for (const { object } of parts) {
    let added = withProvenance(object.id, bundles.at(-1));
    if (sizeOf(added) > free) {
      added = withProvenance(object.id, undefined);
      if (sizeOf(added) > maximumBytes) {
        tooLarge.push({ id: object.id, reason: `larger than the ${maximumBytes} bytes that one push to OpenCTI may have` });
        continue;
      }
      bundles.push(new Map());
      free = maximumBytes;
    }
    for (const one of added) bundles.at(-1)?.set(one.object.id, one.object);
    free -= sizeOf(added);
  }
  return { bundles: bundles.map((bundle) => [...bundle.values()]), tooLarge };
}

interface Sized {
  readonly object: StixObject;
  readonly bytes: number;
}

function sizeOf(sized: readonly Sized[]): number {
  return sized.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A bundle travels as a string of JSON inside JSON: every quote in it is two characters. One more byte for the comma. */
function bytesInside(object: StixObject): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(object))) - 1;
}

function provenanceOf(object: StixObject): readonly string[] {
  const { created_by_ref: creator, object_marking_refs: markings } = object;
  const ids = [...(Array.isArray(markings) ? (markings as readonly unknown[]) : []), creator];
  return ids.filter((id) => typeof id === "string");
}
