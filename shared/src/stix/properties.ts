/** Types whose objects have versions: domain objects, relationships and the meta objects with `modified` (STIX 2.1 §3.1). */
const versionedTypes = new Set([
  "attack-pattern",
  "campaign",
  "course-of-action",
  "extension-definition",
  "grouping",
  "identity",
  "incident",
  "indicator",
  "infrastructure",
  "intrusion-set",
  "language-content",
  "location",
  "malware",
  "malware-analysis",
  "note",
  "observed-data",
  "opinion",
  "relationship",
  "report",
  "sighting",
  "threat-actor",
  "tool",
  "vulnerability",
]);

export function isVersioned(type: string): boolean {
  return versionedTypes.has(type);
}

/** An optional property that is read somewhere: what it must be, or it is no statement. */
interface OptionalProperty {
  readonly name: string;
  isValid(value: unknown): boolean;
  /** What can be kept of a value that is not valid; undefined where nothing can. */
  usablePart?(value: unknown): unknown;
}

export const optionalProperties: readonly OptionalProperty[] = [
  { name: "name", isValid: isText },
  { name: "description", isValid: isText },
  {
    name: "confidence",
    isValid: isConfidence,
    usablePart: (value) => (isText(value) ? confidenceWords.get(value.toLowerCase()) : undefined),
  },
  {
    name: "revoked",
    isValid: (value) => typeof value === "boolean",
    // Left out, what was revoked would count as valid.
    usablePart: (value) => (isText(value) ? truthWords.get(value.toLowerCase()) : undefined),
  },
  { name: "labels", isValid: isTexts, usablePart: textsOf },
  { name: "indicator_types", isValid: isTexts, usablePart: textsOf },
  { name: "created_by_ref", isValid: isText },
  { name: "external_references", isValid: areReferences, usablePart: usableReferences },
];

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function textsOf(value: unknown): readonly string[] | undefined {
  const texts = Array.isArray(value) ? value.filter(isText) : [];
  return texts.length === 0 ? undefined : texts;
}

/** STIX 2.1 Appendix A, the None/Low/Med/High scale, for feeds that write confidence as a word. */
const confidenceWords: ReadonlyMap<string, number> = new Map([
  ["none", 0],
  ["low", 15],
  ["medium", 50],
  ["med", 50],
  ["high", 85],
]);

/** For feeds that write a boolean as a word. */
const truthWords: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

function isConfidence(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 100;
}

function areReferences(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((reference) => isMembers(reference) && !textMembers.some((name) => isNoText(reference[name])))
  );
}

/** The references that are objects, without those of their members that should be text and are not. */
function usableReferences(value: unknown): readonly unknown[] | undefined {
  const references = (Array.isArray(value) ? value : []).filter(isMembers).flatMap((reference) => {
    const members = Object.entries(reference).filter(([name, member]) => !textMembers.includes(name) || isText(member));
    return members.length === 0 ? [] : [Object.fromEntries(members)];
  });
  return references.length === 0 ? undefined : references;
}

const textMembers = ["source_name", "url", "external_id"];

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isNoText(value: unknown): boolean {
  return value !== undefined && !isText(value);
}
