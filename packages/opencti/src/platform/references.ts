import type { StixObject } from "@socdefenders/shared";

/** A property of an object that names another one. */
export interface Reference {
  readonly id: string;
  readonly property: string;
}

/** Every reference of an object, by properties named `…_ref` and `…_refs`, as often as it is named. */
export function referencesOf(object: StixObject): readonly Reference[] {
  const references: Reference[] = [];
  for (const property of Object.keys(object)) {
    const value = object[property];
    if (property.endsWith("_ref") && typeof value === "string") references.push({ id: value, property });
    if (!property.endsWith("_refs") || !Array.isArray(value)) continue;
    for (const id of value as readonly unknown[]) if (typeof id === "string") references.push({ id, property });
  }
  return references;
}

/** The object without the references that are not kept: from a `_refs` list they go, as repeats do, a single `_ref` becomes null. */
export function keepReferences(object: StixObject, keeps: (reference: Reference) => boolean): StixObject {
  const changes: Record<string, unknown> = {};
  for (const property of Object.keys(object)) {
    const value = object[property];
    const isKept = (id: unknown): boolean => typeof id === "string" && keeps({ id, property });
    if (property.endsWith("_ref") && value !== null && !isKept(value)) changes[property] = null;
    if (property.endsWith("_refs") && Array.isArray(value)) changes[property] = [...new Set(value as unknown[])].filter(isKept);
  }
  return { ...object, ...changes };
}
