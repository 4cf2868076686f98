import { repairContent, type Content } from "./content.ts";
import { isStixIdentifier } from "./identifier.ts";
import type { StixObject } from "./object.ts";
import { maximumPatternLength } from "./pattern/parser.ts";
import { isText, isTexts, isVersioned, optionalProperties } from "./properties.ts";
import { isOfType, repairIdentifier } from "./repaired-identifier.ts";
import { isLater, toStixTimestamp } from "./timestamp.ts";

/** The custom properties that tell a reader what is not as the feed served it. */
const notes = {
  /** Names of the properties that were missing or unusable and are filled from the others. */
  synthesised: "x_socdefenders_synthesised",
  /** Names of the properties that were left out, in whole or in part, because they were no statement. */
  dropped: "x_socdefenders_dropped",
  /** The ids as served, by the valid ones that stand for them in this object, its own and those it refers to. */
  originalIds: "x_socdefenders_original_ids",
  /** The `valid_until` that was left out because it does not lie behind `valid_from`. */
  ended: "x_socdefenders_ended",
} as const;

/** Whether content that needs no repair is a valid object as it is: then {@link makeWhole} has nothing to do. */
export function isWhole(content: Content): boolean {
  const { type, id, spec_version, created, modified, object_marking_refs } = content;
  if (!isText(type) || !isText(id) || !isOfType(id, type) || !isStixIdentifier(id)) return false;
  if (object_marking_refs !== undefined && !isTexts(object_marking_refs)) return false;
  if (!isVersioned(type)) return true;
  if (!isText(spec_version) || !isTime(created) || (modified !== created && !isTime(modified))) return false;
  if (isLater(created, modified)) return false;
  for (const property of optionalProperties) {
    const value = content[property.name];
    if (value !== undefined && !property.isValid(value)) return false;
  }
  return type !== "indicator" || isWholeIndicator(content);
}

function isWholeIndicator({ created, pattern, pattern_type, valid_from, valid_until }: Content): boolean {
  if (!isText(pattern) || pattern === "" || pattern.length > maximumPatternLength) return false;
  if (!isText(pattern_type) || pattern_type === "") return false;
  if (!isText(valid_from) || (valid_from !== created && !isTime(valid_from))) return false;
  return valid_until === undefined || (isTime(valid_until) && isLater(valid_until, valid_from));
}

function isTime(value: unknown): value is string {
  return isText(value) && toStixTimestamp(value) === value;
}

/** An object being made whole: a copy, and what was done to it. */
interface Draft {
  readonly object: Record<string, unknown>;
  readonly synthesised: Set<string>;
  readonly dropped: Set<string>;
}

/**
 * The object made valid, or why that cannot be:
 * - ids that are none become the ids of `repaired-identifier.ts`, in every `_ref` and `_refs` too;
 * - times are written in UTC; an optional property that is not what STIX says it must be is left out;
 * - a missing date is taken from the other dates, `spec_version` and `pattern_type` from what is plain to see.
 *
 * {@link notes} in the result tell of each.
 */
export function makeWhole(served: StixObject): StixObject | string {
  const originals = new Map<string, string>();
  const draft: Draft = {
    object: { ...repairContent(served, originals) },
    synthesised: new Set(),
    dropped: new Set(),
  };
  const { object } = draft;
  const id = repairIdentifier(served.id, served.type);
  if (id !== served.id) originals.set(id, served.id.toWellFormed());
  object["id"] = id;
  if (isText(object["object_marking_refs"])) object["object_marking_refs"] = [object["object_marking_refs"]];
  // Left out, it would be shown to everyone.
  if (!isTexts(object["object_marking_refs"] ?? [])) return "object_marking_refs: expected a list of ids";

  const problem = isVersioned(served.type) ? completeVersioned(draft, served.type) : undefined;
  if (problem !== undefined) return problem;
  note(object, notes.synthesised, [...draft.synthesised]);
  note(
    object,
    notes.dropped,
    [...draft.dropped].filter((name) => !draft.synthesised.has(name)),
  );
  if (originals.size > 0) object[notes.originalIds] = Object.fromEntries(originals);
  return object as StixObject;
}

function note(object: Record<string, unknown>, name: string, properties: readonly string[]): void {
  if (properties.length > 0) object[name] = properties;
}

function completeVersioned(draft: Draft, type: string): string | undefined {
  keepUsable(draft);
  if (!isText(draft.object["spec_version"])) replace(draft, "spec_version", "2.1");
  return type === "indicator" ? completeIndicator(draft) : completeDates(draft);
}

function keepUsable({ object, dropped }: Draft): void {
  for (const property of optionalProperties) {
    const { name } = property;
    const value = object[name];
    if (value === undefined || property.isValid(value)) continue;
    const usable = property.usablePart?.(value);
    if (usable === undefined) delete object[name];
    else object[name] = usable;
    // A word for a confidence or a boolean is understood in whole.
    if (usable === undefined || typeof value === "object") dropped.add(name);
  }
}

function completeIndicator(draft: Draft): string | undefined {
  const { object } = draft;
  for (const name of ["created", "modified", "valid_from", "valid_until"]) writeInUtc(draft, name);
  fill(draft, "created", object["valid_from"] ?? object["modified"]);
  fill(draft, "modified", object["created"]);
  fill(draft, "valid_from", object["created"]);
  if (object["created"] === undefined) return "none of created, modified and valid_from is a time";
  orderDates(draft);
  orderValidity(draft);
  const { pattern } = object;

  if (isText(object["pattern_type"]) && object["pattern_type"] !== "") return undefined;
  if (!/^\s*[[(]/.test(pattern as string)) return "pattern_type: missing, and the pattern does not begin as one of STIX";
  replace(draft, "pattern_type", "stix");
  return undefined;
}

/** STIX demands dates where a feed may know none; one and the same for ever makes no new version of the object. */
const noDate = "1970-01-01T00:00:00.000Z";

function completeDates(draft: Draft): undefined {
  const { object } = draft;
  for (const name of ["created", "modified"]) writeInUtc(draft, name);
  fill(draft, "created", object["modified"] ?? noDate);
  fill(draft, "modified", object["created"]);
  orderDates(draft);
}

/** `modified` makes the version and stays. */
function orderDates(draft: Draft): void {
  const { created, modified } = draft.object;
  if (isLater(created as string, modified as string)) replace(draft, "created", modified);
}

/** STIX wants the end behind the start. One that is not says that the indicator is over, which is kept for those who can tell. */
function orderValidity(draft: Draft): void {
  const { valid_from, valid_until } = draft.object as { readonly valid_from: string; readonly valid_until?: string };
  if (valid_until === undefined || isLater(valid_until, valid_from)) return;
  drop(draft, "valid_until");
  draft.object[notes.ended] = valid_until;
}

function writeInUtc(draft: Draft, name: string): void {
  const time = draft.object[name];
  if (time === undefined) return;
  const written = isText(time) ? toStixTimestamp(time) : undefined;
  if (written === undefined) drop(draft, name);
  else draft.object[name] = written;
}

function fill(draft: Draft, name: string, value: unknown): void {
  if (draft.object[name] === undefined && value !== undefined) replace(draft, name, value);
}

function replace({ object, synthesised }: Draft, name: string, value: unknown): void {
  object[name] = value;
  synthesised.add(name);
}

function drop({ object, dropped }: Draft, name: string): void {
  delete object[name];
  dropped.add(name);
}
