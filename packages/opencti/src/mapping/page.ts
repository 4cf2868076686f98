import type { StixObject } from "@socdefenders/shared";
import type { OpenctiBundle } from "./bundle.ts";

/**
 * The objects of a page, each id once, of several versions the last one. An object under an id that OpenCTI derives is known by all the
 * ids that the feed gave it, and what refers to it by one of those refers to it by its own, so that it is sent after it. An id that the
 * feed gave to several of them, as it changed a pattern, is the last one's alone: the platform merges objects that share one, and which
 * pattern stays would hang on which worker is first.
 */
export function mergePage(bundles: readonly OpenctiBundle[]): readonly StixObject[] {
  const objects = new Map<string, StixObject>();
  const idsByAlias = new Map<string, string>();
  for (const bundle of bundles) {
    for (const object of bundle.objects) {
      objects.set(object.id, withAliases(object, objects.get(object.id)));
      for (const alias of aliasesOf(object)) idsByAlias.set(alias, object.id);
    }
  }
  return [...objects.values()].map((object) => refer(withOwnAliases(object, idsByAlias), idsByAlias));
}

const aliasesOf = (object: StixObject | undefined): readonly string[] =>
  (object?.["x_opencti_stix_ids"] as readonly string[] | undefined) ?? [];

function withAliases(object: StixObject, former: StixObject | undefined): StixObject {
  const aliases = aliasesOf(former);
  if (aliases.length === 0) return object;
  return { ...object, x_opencti_stix_ids: [...new Set([...aliases, ...aliasesOf(object)])] };
}

function withOwnAliases(object: StixObject, idsByAlias: ReadonlyMap<string, string>): StixObject {
  const aliases = aliasesOf(object);
  const own = aliases.filter((alias) => idsByAlias.get(alias) === object.id);
  if (own.length === aliases.length) return object;
  const { x_opencti_stix_ids: _, ...others } = object;
  return own.length === 0 ? others : { ...object, x_opencti_stix_ids: own };
}

function refer(object: StixObject, idsByAlias: ReadonlyMap<string, string>): StixObject {
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(object)) {
    if (!name.endsWith("_ref") && !name.endsWith("_refs")) continue;
    const value = object[name];
    const known = Array.isArray(value)
      ? value.map((id) => idsByAlias.get(id as string) ?? (id as unknown))
      : idsByAlias.get(value as string);
    if (known === undefined || (Array.isArray(known) && known.every((id, place) => id === (value as unknown[])[place]))) continue;
    changed ??= { ...object };
    changed[name] = Array.isArray(known) ? [...new Set(known)] : known;
  }
  return (changed as StixObject | undefined) ?? object;
}
