import { z } from "zod";

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
 * Reads one member of an `objects` list. Unknown types and properties pass through; an indicator's missing dates and pattern type
 * are filled from what it has, never from the clock, so that the same input always gives the same version.
 */
export function parseStixObject(input: unknown): Parsed {
  const base = baseSchema.safeParse(input);
  if (!base.success) return unreadable(base.error);
  if (base.data.type !== "indicator") return { kind: "object", object: base.data };
  const indicator = indicatorSchema.safeParse(fillIndicator(base.data));
  return indicator.success ? { kind: "object", object: indicator.data } : unreadable(indicator.error);
}

function fillIndicator(object: StixObject): StixObject {
  if ("pattern_type" in object && "modified" in object && "created" in object && "valid_from" in object) return object;
  const created = object["created"] ?? object["valid_from"] ?? object["modified"];
  const startsLikeStix = typeof object["pattern"] === "string" && /^\s*[[(]/.test(object["pattern"]);
  return {
    ...object,
    created,
    modified: object["modified"] ?? created,
    valid_from: object["valid_from"] ?? created,
    ...(startsLikeStix && { pattern_type: object["pattern_type"] ?? "stix" }),
  };
}

function unreadable(error: z.ZodError): Parsed {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "the object" : issue.path.join(".");
  return { kind: "unreadable", reason: `not a STIX object: ${where}: ${issue?.message ?? "invalid"}` };
}

/** STIX 2.1 Appendix A, the None/Low/Med/High scale, for feeds that write confidence as a word. */
const confidenceWords = new Map([
  ["none", 0],
  ["low", 15],
  ["medium", 50],
  ["med", 50],
  ["high", 85],
]);

const baseSchema = z.looseObject({ type: z.string().min(1), id: z.string().regex(/^[a-z0-9-]+--.+$/, "not a STIX id") });

/** An optional property of the wrong type costs the property, not the object. */
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const indicatorSchema = baseSchema.extend({
  type: z.literal("indicator"),
  created: z.string(),
  modified: z.string(),
  pattern: z.string().min(1),
  pattern_type: z.string().min(1),
  valid_from: z.string(),
  valid_until: optional(z.string()),
  name: optional(z.string()),
  description: optional(z.string()),
  confidence: optional(
    z.union([z.number().min(0).max(100), z.string().transform((word) => confidenceWords.get(word.toLowerCase()))]),
  ),
  revoked: optional(z.boolean()),
  labels: optional(z.array(z.string())),
  indicator_types: optional(z.array(z.string())),
  object_marking_refs: optional(z.array(z.string())),
  external_references: optional(
    z.array(z.looseObject({ source_name: optional(z.string()), url: optional(z.string()), external_id: optional(z.string()) })),
  ),
});
