import {
  fromMicroseconds,
  toMicroseconds,
  type Indicator,
  type Observable,
  type PatternResult,
  type StixObject,
} from "@socdefenders/shared";
import { normalForm } from "../platform/normal-form.ts";
import { author } from "../platform/provenance.ts";
import { marked } from "./bundle.ts";
import { indicatorId } from "./identifiers.ts";
import { mainObservableType } from "./main-observable-type.ts";
import { sharedProperties } from "./shared-properties.ts";

/**
 * The indicator under the id that OpenCTI derives itself from the pattern. The feed's own id goes along as a second one, so that what
 * refers to it, in this page or another, finds the indicator.
 */
export function toIndicator(
  indicator: Indicator,
  read: PatternResult | undefined,
  markings: readonly StixObject[],
  detection: boolean,
): StixObject {
  const pattern = indicator.pattern_type === "stix" ? normalForm(indicator.pattern) : indicator.pattern.trim();
  const id = indicatorId(pattern);
  const mainType = mainObservableType(indicator, read);
  const isRevoked = indicator.revoked === true;
  return {
    type: "indicator",
    spec_version: "2.1",
    id,
    created: indicator.created,
    modified: indicator.modified,
    created_by_ref: author.id,
    ...marked(markings),
    name: nameOf(indicator, read?.valid === true ? read.observables[0] : undefined, pattern),
    ...(indicator.description !== undefined && { description: indicator.description }),
    pattern,
    pattern_type: indicator.pattern_type,
    valid_from: indicator.valid_from,
    ...(indicator.revoked !== true && endOf(indicator)),
    ...(indicator.revoked !== undefined && { revoked: indicator.revoked }),
    ...sharedProperties(indicator),
    ...(indicator.indicator_types && { indicator_types: indicator.indicator_types }),
    x_opencti_score: scoreOf(indicator),
    ...(mainType !== undefined && { x_opencti_main_observable_type: mainType }),
    ...(detection && !isRevoked && { x_opencti_detection: true }),
    ...(id !== indicator.id && { x_opencti_stix_ids: [indicator.id] }),
  };
}

/** OpenCTI's own default is 50. */
export function scoreOf({ confidence }: Indicator): number {
  return Math.round(confidence ?? 50);
}

/** OpenCTI refuses names under two characters. */
function nameOf({ name = "" }: Indicator, first: Observable | undefined, pattern: string): string {
  return [name.trim(), first?.value ?? "", pattern].find((candidate) => candidate.length >= 2) ?? "Indicator";
}

/**
 * On a new indicator OpenCTI heeds `revoked` only where there is no end: one in the future would make the revoked indicator valid. Where
 * the feed's end is not behind the start, the indicator ends a second after it began, as OpenCTI itself has it: without an end it would be
 * given a lifetime.
 */
function endOf({ valid_until, valid_from, ...others }: Indicator): { readonly valid_until?: string } {
  if (valid_until !== undefined) return { valid_until };
  const from = toMicroseconds(valid_from);
  return others["x_socdefenders_ended"] === undefined || from === undefined
    ? {}
    : { valid_until: fromMicroseconds(from + 1_000_000n) };
}
