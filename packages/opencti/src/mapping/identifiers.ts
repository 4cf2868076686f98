import { deterministicId } from "@socdefenders/shared";

// Ids as the platform derives them itself (`schema/identifier.js` there, `generate_id` in pycti): an object under such an id is stored
// once, whoever sends it.

/** Of types that a name alone identifies: vulnerability, malware, tool, campaign, intrusion-set, infrastructure. */
export function nameId(type: string, name: string): string {
  return deterministicId(type, { name: name.toLowerCase().trim() });
}

/** `pattern` in the platform's normal form. */
export function indicatorId(pattern: string): string {
  return deterministicId("indicator", { pattern });
}

/** `published` as the platform prints a time: UTC with three digits. */
export function reportId(name: string, published: string): string {
  return deterministicId("report", { name: name.toLowerCase().trim(), published });
}

/** The rule of 7.x; up to 6.8 the platform keeps the case of the technique's id and stores this id beside its own. */
export function attackPatternId(technique: string): string {
  return deterministicId("attack-pattern", { x_mitre_id: technique.toLowerCase().trim() });
}

/** Of a relationship without times. */
export function relationshipId(relationshipType: string, source: string, target: string): string {
  return deterministicId("relationship", { relationship_type: relationshipType, source_ref: source, target_ref: target });
}
