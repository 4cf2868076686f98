import { surveyContent, type Content } from "./content.ts";
import { maximumPatternLength } from "./pattern/parser.ts";
import { isText } from "./properties.ts";
import { isLikeIdentifier } from "./repaired-identifier.ts";
import { isWhole, makeWhole } from "./whole.ts";

/** Any STIX 2.1 object: the properties every object has, and whatever else it brought, untouched. */
export interface StixObject {
  readonly type: string;
  readonly id: string;
  readonly [property: string]: unknown;
}

export interface ExternalReference {
  readonly source_name?: string | undefined;
  readonly url?: string | undefined;
  readonly external_id?: string | undefined;
  readonly [property: string]: unknown;
}

/** An indicator (STIX 2.1 §4.7) made whole: required properties are present, optional ones have the right type or are absent. */
export interface Indicator extends StixObject {
  readonly type: "indicator";
  readonly created: string;
  readonly modified: string;
  readonly pattern: string;
  readonly pattern_type: string;
  readonly valid_from: string;
  readonly valid_until?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly confidence?: number | undefined;
  readonly revoked?: boolean | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly indicator_types?: readonly string[] | undefined;
  readonly object_marking_refs?: readonly string[] | undefined;
  readonly external_references?: readonly ExternalReference[] | undefined;
}

/** One thing the feed served, read: either an object, or what is wrong with it. */
export type Parsed =
  | { readonly kind: "object"; readonly object: StixObject }
  | { readonly kind: "unreadable"; readonly reason: string };

export function isIndicator(object: StixObject): object is Indicator {
  return object.type === "indicator";
}

/**
 * Reads one member of an `objects` list: what a feed may get wrong in, valid STIX 2.1 out. Unknown types and properties pass through,
 * and an object that is as it should be is returned itself. Of the others {@link makeWhole} says what becomes; what cannot be made
 * whole is unreadable. The same input always gives the same result: nothing comes from the clock or from other objects.
 */
export function parseStixObject(input: unknown): Parsed {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return unreadable("expected a JSON object");
  const served = input as Content;
  const survey = surveyContent(served);
  if (survey.problem !== undefined) return unreadable(survey.problem);
  if (!survey.needsRepair && isWhole(served)) return { kind: "object", object: served as StixObject };
  const problem = problemOf(served);
  if (problem !== undefined) return unreadable(problem);
  const whole = makeWhole(served as StixObject);
  return typeof whole === "string" ? unreadable(whole) : { kind: "object", object: whole };
}

/** What no repair can help: reasons are counted, so they hold nothing of the object itself. */
function problemOf({ type, id, pattern }: Content): string | undefined {
  if (!isText(type) || type === "") return "type: expected a text";
  if (!isText(id) || !isLikeIdentifier(id)) return "id: not a STIX id";
  if (type !== "indicator") return undefined;
  if (!isText(pattern) || pattern === "") return "pattern: expected a text";
  if (pattern.length > maximumPatternLength) return `pattern: longer than ${maximumPatternLength} characters`;
  return pattern.isWellFormed() ? undefined : "pattern: half of a surrogate pair";
}

function unreadable(problem: string): Parsed {
  return { kind: "unreadable", reason: `not a STIX object: ${problem}` };
}
