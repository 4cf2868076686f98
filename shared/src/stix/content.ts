import { deepestLevel } from "./depth.ts";
import { repairReference } from "./repaired-identifier.ts";

export type Content = Readonly<Record<string, unknown>>;

const mostCharacters = 1024 * 1024;

/** What one look at all of an object's content found. */
export interface Survey {
  /** Why the content cannot be carried on. */
  problem: string | undefined;
  /** There is something for {@link repairContent} to do. */
  needsRepair: boolean;
  characters: number;
}

/** Looks at everything once. Nothing is allocated for content that is as it should be. */
export function surveyContent(content: Content): Survey {
  const survey: Survey = { problem: undefined, needsRepair: false, characters: 0 };
  surveyMembers(content, 1, survey);
  if (survey.characters > mostCharacters) survey.problem ??= `more than ${mostCharacters} characters of text`;
  return survey;
}

function surveyMembers(content: Content, depth: number, survey: Survey): void {
  let isEmpty = true;
  for (const key of Object.keys(content)) {
    isEmpty = false;
    survey.characters += key.length;
    // A copy made by assignment would take it for its prototype.
    if (key === "__proto__") survey.problem = "a property named __proto__";
    if (!key.isWellFormed()) survey.needsRepair = true;
    surveyValue(key, content[key], depth, survey);
  }
  if (isEmpty) survey.needsRepair = true;
}

function surveyValue(key: string, value: unknown, depth: number, survey: Survey): void {
  if (typeof value === "string") {
    survey.characters += value.length;
    if (!value.isWellFormed() || (isReference(key) && repairReference(value, key) !== value)) survey.needsRepair = true;
  } else if (typeof value === "object" && value !== null) {
    if (depth === deepestLevel) survey.problem = `nested deeper than ${deepestLevel} levels`;
    else if (Array.isArray(value)) surveyList(key, value, depth + 1, survey);
    else surveyMembers(value as Content, depth + 1, survey);
  } else if (saysNothing(value)) survey.needsRepair = true;
}

function surveyList(key: string, values: readonly unknown[], depth: number, survey: Survey): void {
  if (values.length === 0) survey.needsRepair = true;
  for (const value of values) surveyValue(key, value, depth, survey);
}

/**
 * The content with what STIX forbids put right: references that are no ids (the ids served are noted in `originals` under the new
 * ones), halves of surrogate pairs (U+FFFD), and what says nothing, which is left out: null, numbers JSON cannot write, empty lists and
 * dictionaries (STIX 2.1 §2.3, §2.12). Undefined where nothing is left.
 */
export function repairContent(content: Content, originals: Map<string, string>): Content | undefined {
  const members = Object.entries(content)
    .map(([key, value]) => [key.toWellFormed(), repairValue(key, value, originals)] as const)
    .filter(([, value]) => value !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function repairValue(key: string, value: unknown, originals: Map<string, string>): unknown {
  if (typeof value === "string") return isReference(key) ? repairAndNote(key, value, originals) : value.toWellFormed();
  if (Array.isArray(value)) {
    const values = value.map((one) => repairValue(key, one, originals)).filter((one) => one !== undefined);
    return values.length === 0 ? undefined : values;
  }
  if (saysNothing(value)) return undefined;
  return typeof value === "object" ? repairContent(value as Content, originals) : value;
}

function repairAndNote(key: string, text: string, originals: Map<string, string>): string {
  const repaired = repairReference(text, key);
  if (repaired !== text) originals.set(repaired, text.toWellFormed());
  return repaired.toWellFormed();
}

/** STIX names a property that holds ids by its end (§3.1). */
function isReference(key: string): boolean {
  return key.endsWith("_ref") || key.endsWith("_refs");
}

function saysNothing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value));
}
