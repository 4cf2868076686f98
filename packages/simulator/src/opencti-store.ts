/** A STIX object as a bundle brought it. */
export interface StoredObject {
  readonly type: string;
  readonly id: string;
  readonly [property: string]: unknown;
}

/** What the workers of the platform make of bundles: objects by id, and an error for each they cannot take. */
export interface OpenctiStore {
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Takes the objects that are right; gives the reasons why others are not. */
  take(objects: readonly StoredObject[]): readonly string[];
}

const identifier = /^[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function createOpenctiStore(): OpenctiStore {
  const objects = new Map<string, StoredObject>();
  return {
    objects,
    take(given) {
      const errors: string[] = [];
      const known = new Set([...objects.keys(), ...given.map(({ id }) => id)]);
      for (const object of given) {
        const error = refuse(object, known);
        if (error === undefined) objects.set(object.id, object);
        else errors.push(`${object.id}: ${error}`);
      }
      return errors;
    },
  };
}

function refuse(object: StoredObject, known: ReadonlySet<string>): string | undefined {
  if (!identifier.test(object.id)) return `Provided value ${object.id} is not a valid STIX ID`;
  const missing = referencesOf(object).find((id) => !known.has(id));
  if (missing !== undefined) return `MISSING_REFERENCE_ERROR: ${missing}`;
  if (object.type !== "indicator") return undefined;
  const { name, pattern, pattern_type, valid_from, valid_until } = object;
  if (typeof name !== "string" || name.length < 2) return "VALIDATION_ERROR: name";
  if (typeof pattern !== "string" || typeof pattern_type !== "string") return "MISSING_PARAMETERS: pattern, pattern_type";
  const isReversed = typeof valid_until === "string" && Date.parse(valid_until) < Date.parse(String(valid_from));
  return isReversed ? "VALIDATION_ERROR: valid_until before valid_from" : undefined;
}

function referencesOf(object: StoredObject): readonly string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    if (key.endsWith("_refs") && Array.isArray(value)) return value as string[];
    return key.endsWith("_ref") && typeof value === "string" ? [value] : [];
  });
}
