import { stixNamespace, strictestTlp, uuidV5, type MappingContext, type StixObject } from "@socdefenders/shared";
import { author, markingOf } from "../platform/provenance.ts";

/** A STIX bundle for OpenCTI. A reference leads to an object inside it or to one that another page brings or has brought. */
export interface OpenctiBundle {
  readonly type: "bundle";
  readonly id: string;
  readonly objects: readonly StixObject[];
}

/** A bundle about its last object, with the author and the markings that its objects refer to. */
export function toBundle(objects: readonly StixObject[], markings: readonly StixObject[]): OpenctiBundle {
  const subject = objects.at(-1)?.id ?? "";
  return { type: "bundle", id: `bundle--${uuidV5(subject, stixNamespace)}`, objects: [author, ...markings, ...objects] };
}

/**
 * The marking that an object gets, in a list, empty where it has none: the strictest TLP level among all its markings, under the id that
 * OpenCTI knows it by. Markings of single properties, which OpenCTI does not have, count for the whole object.
 */
export function markingsOf(object: StixObject, { unknownMarking }: MappingContext): readonly StixObject[] {
  const granular = object["granular_markings"];
  const single = Array.isArray(granular) ? granular.flatMap((marking: { marking_ref?: unknown }) => marking.marking_ref ?? []) : [];
  const ids = [object["object_marking_refs"] ?? [], single].flat().filter((id) => typeof id === "string");
  const level = strictestTlp(ids, unknownMarking);
  return level === undefined ? [] : [markingOf(level)];
}

/** The property that refers to markings; none where there are none. */
export function marked(markings: readonly StixObject[]): { object_marking_refs?: readonly string[] } {
  return markings.length === 0 ? {} : { object_marking_refs: markings.map(({ id }) => id) };
}
