import type { StixObject } from "@socdefenders/shared";

/**
 * The object with each external reference and each kill-chain phase once, the first of those that OpenCTI takes for the same: references by
 * URL, else by source and external id, and one with neither is left out, since OpenCTI cannot store it. The object itself where nothing
 * changes.
 */
export function withoutRepeats(object: StixObject): StixObject {
  const references = distinct(object["external_references"], referenceKey);
  const phases = distinct(object["kill_chain_phases"], phaseKey);
  if (references === undefined && phases === undefined) return object;
  return { ...object, ...(references && { external_references: references }), ...(phases && { kill_chain_phases: phases }) };
}

type Members = Readonly<Record<string, unknown>>;

/** Undefined where the list is as it should be, or none. */
function distinct(list: unknown, keyOf: (members: Members) => string | undefined): readonly unknown[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const found = new Map<string, unknown>();
  for (const entry of list as readonly unknown[]) {
    const key = typeof entry === "object" && entry !== null ? keyOf(entry as Members) : undefined;
    if (key !== undefined && !found.has(key)) found.set(key, entry);
  }
  return found.size === list.length ? undefined : [...found.values()];
}

function referenceKey({ url, source_name, external_id }: Members): string | undefined {
  if (isGiven(url)) return JSON.stringify([url]);
  return isGiven(source_name) && isGiven(external_id) ? JSON.stringify([source_name, external_id]) : undefined;
}

function phaseKey({ kill_chain_name, phase_name }: Members): string {
  return JSON.stringify([kill_chain_name, phase_name]);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
