import {
  deterministicId,
  isIndicator,
  parsePattern,
  strictestTlp,
  toMicroseconds,
  uuidV5,
  stixNamespace,
  type ExternalReference,
  type Indicator,
  type Mapping,
  type Observable,
  type StixObject,
  type Tlp,
} from "@socdefenders/shared";
import { author, markingOf } from "./platform/provenance.ts";
import { normalForm } from "./platform/normal-form.ts";
import { mainObservableType } from "./platform/observable-type.ts";

/** A STIX bundle that OpenCTI takes whole: every reference inside it points to an object inside it. */
export interface OpenctiBundle {
  readonly type: "bundle";
  readonly id: string;
  readonly objects: readonly StixObject[];
}

/** Each indicator becomes a bundle of its own; one that only names CVEs becomes those vulnerabilities. Other objects are skipped. */
export const map: Mapping<OpenctiBundle> = (object, { unknownMarking }) => {
  if (!isIndicator(object)) return { kind: "skipped", reason: `${object.type} objects are not sent to OpenCTI` };
  const { observables, isAlternatives } = read(object);
  const areVulnerabilities = isAlternatives && observables.every(({ type }) => type === "cve");
  const subjects = areVulnerabilities
    ? observables.map((observable) => toVulnerability(object, observable))
    : [toIndicator(object, observables)];
  return {
    kind: "items",
    items: subjects.map((subject) => toBundle(subject, strictestTlp(object.object_marking_refs, unknownMarking))),
  };
};

/** The observables, and whether any one of them is all that the pattern asks for: only then can objects replace the pattern. */
function read({ pattern, pattern_type }: Indicator): { observables: readonly Observable[]; isAlternatives: boolean } {
  const result = pattern_type === "stix" ? parsePattern(pattern) : undefined;
  if (result?.valid !== true) return { observables: [], isAlternatives: false };
  return { observables: result.observables, isAlternatives: result.exact && !result.observables.some(({ partial }) => partial) };
}

function toBundle(subject: StixObject, level: Tlp | undefined): OpenctiBundle {
  const markings = level === undefined ? [] : [markingOf(level)];
  const marked = { ...subject, created_by_ref: author.id, ...(level && { object_marking_refs: markings.map(({ id }) => id) }) };
  return { type: "bundle", id: `bundle--${uuidV5(subject.id, stixNamespace)}`, objects: [author, ...markings, marked] };
}

/** The id is the one OpenCTI derives itself from the pattern, so that nothing is stored twice and no second id is kept. */
function toIndicator(indicator: Indicator, observables: readonly Observable[]): StixObject {
  const pattern = indicator.pattern_type === "stix" ? normalForm(indicator.pattern) : indicator.pattern.trim();
  const mainType = mainObservableType(observables);
  return {
    type: "indicator",
    spec_version: "2.1",
    id: deterministicId("indicator", { pattern }),
    created: indicator.created,
    modified: indicator.modified,
    name: nameOf(indicator, observables, pattern),
    ...(indicator.description !== undefined && { description: indicator.description }),
    pattern,
    pattern_type: indicator.pattern_type,
    valid_from: indicator.valid_from,
    ...(isAfter(indicator.valid_until, indicator.valid_from) && { valid_until: indicator.valid_until }),
    ...(indicator.revoked !== undefined && { revoked: indicator.revoked }),
    ...lists(indicator),
    ...(indicator.indicator_types && { indicator_types: indicator.indicator_types }),
    x_opencti_score: Math.round(indicator.confidence ?? defaultScore),
    ...(mainType !== undefined && { x_opencti_main_observable_type: mainType }),
  };
}

/** OpenCTI's own default. */
const defaultScore = 50;

function toVulnerability(indicator: Indicator, { value }: Observable): StixObject {
  const reference = { source_name: "cve", external_id: value };
  const { external_references = [], ...rest } = lists(indicator);
  return {
    type: "vulnerability",
    spec_version: "2.1",
    id: deterministicId("vulnerability", { name: value.toLowerCase() }),
    created: indicator.created,
    modified: indicator.modified,
    name: value,
    ...(indicator.description !== undefined && { description: indicator.description }),
    ...rest,
    external_references: [reference, ...external_references],
  };
}

/** What any object may carry. A blank label stops OpenCTI's import, a reference without URL and id is thrown away there. */
function lists({ labels = [], external_references = [] }: Indicator): {
  labels?: string[];
  external_references?: ExternalReference[];
} {
  const written = [...new Set(labels.map((label) => label.trim()).filter((label) => label !== ""))];
  const usable = external_references
    .filter(({ url, external_id }) => url !== undefined || external_id !== undefined)
    .map((reference) => ({ ...reference, source_name: reference.source_name ?? (author["name"] as string) }));
  return { ...(written.length > 0 && { labels: written }), ...(usable.length > 0 && { external_references: usable }) };
}

/** OpenCTI refuses names under two characters. */
function nameOf({ name = "" }: Indicator, [first]: readonly Observable[], pattern: string): string {
  return [name.trim(), first?.value ?? "", pattern].find((candidate) => candidate.length >= 2) ?? "Indicator";
}

/** OpenCTI refuses an end before the start, so such an end is no statement; without one its decay rules apply. */
function isAfter(end: string | undefined, start: string): boolean {
  const [until, from] = [toMicroseconds(end ?? ""), toMicroseconds(start)];
  return until !== undefined && (from === undefined || until > from);
}
