import {
  observableId,
  type Indicator,
  type MappingContext,
  type Observable,
  type PatternResult,
  type StixObject,
} from "@socdefenders/shared";
import { author } from "../platform/provenance.ts";
import { scoreOf } from "./indicator.ts";
import { relationshipId } from "./identifiers.ts";

type ReadPattern = Extract<PatternResult, { readonly valid: true }>;

export interface Observed {
  readonly objects: readonly StixObject[];
  /** Values that no observable came of, by reason. */
  readonly withheld: Readonly<Record<string, number>>;
}

/**
 * The cyber-observables that an indicator is based on, each with its `based-on` relationship: the values that mean the indicator by
 * themselves, never a component of an AND, where a value that is harmless alone would be marked. `indicator` is the one sent.
 */
export function toObservables(source: Indicator, indicator: StixObject, read: ReadPattern, { keeps }: MappingContext): Observed {
  const kept = read.observables.filter((observable) => hasObject(observable) && (keeps?.(observable) ?? true));
  const taken = kept.filter(isTaken);
  const contents = read.logic === "all" ? oneFile(taken) : taken.map(contentOf);
  const refused = kept.length - taken.length;
  const labels = repeatable(indicator["labels"] as readonly string[] | undefined, contents.length);
  return {
    objects: contents.flatMap((content) => withRelationship(content, labels, source, indicator)),
    withheld: { ...read.warnings, ...(refused > 0 && { "OpenCTI takes no such observable": refused }) },
  };
}

const hasObject = ({ type, partial }: Observable): boolean => !partial && type !== "cve" && type !== "attack_pattern";

const labelledDomain = /^(?=.{4,253}$)(?:[^\s.]{1,63}\.)+[^\s.]{2,63}$/;
const plainEmail =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The platform checks the form of names and addresses and refuses the object, not the value. */
function isTaken({ type, value }: Observable): boolean {
  if (type === "domain") return labelledDomain.test(value) && !value.startsWith("-");
  return type !== "email" || plainEmail.test(value);
}

type Content = Readonly<Record<string, unknown>> & { readonly type: string };

/** Equalities of an AND that all mean the same file: its hashes. */
function oneFile(observables: readonly Observable[]): readonly Content[] {
  return observables.length === 0 ? [] : [{ type: "file", hashes: Object.assign({}, ...observables.map(hashOf)) as object }];
}

const hashNames: Readonly<Partial<Record<Observable["type"], string>>> = {
  md5: "MD5",
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha512: "SHA-512",
  ssdeep: "SSDEEP",
};

const hashOf = ({ type, value }: Observable): object => ({ [hashNames[type] ?? type]: value });

/** A file has its hash alone: with a name beside it, STIX and OpenCTI derive different ids. */
function contentOf(observable: Observable): Content {
  const { type, value } = observable;
  switch (type) {
    case "ipv4":
    case "ipv6":
      return { type: `${type}-addr`, value };
    case "cidr":
      return { type: value.includes(":") ? "ipv6-addr" : "ipv4-addr", value };
    case "domain":
      return { type: "domain-name", value };
    case "email":
      return { type: "email-addr", value };
    case "url":
      return { type: "url", value };
    case "file_name":
      return { type: "file", name: value };
    default:
      return { type: "file", hashes: hashOf(observable) };
  }
}

const mostRepeated = 1024 * 1024;

/** The indicator's labels, unless they would make some megabytes of a set with thousands of values. The indicator has them in any case. */
function repeatable(labels: readonly string[] | undefined, times: number): readonly string[] | undefined {
  const characters = labels?.reduce((sum, label) => sum + label.length, 0) ?? 0;
  return characters * times <= mostRepeated ? labels : undefined;
}

function withRelationship(
  content: Content,
  labels: readonly string[] | undefined,
  source: Indicator,
  indicator: StixObject,
): readonly StixObject[] {
  const id = observableId(content) ?? "";
  const { object_marking_refs } = indicator;
  const markings = object_marking_refs === undefined ? {} : { object_marking_refs };
  const observable: StixObject = {
    ...content,
    spec_version: "2.1",
    id,
    ...markings,
    x_opencti_created_by_ref: author.id,
    x_opencti_score: scoreOf(source),
    ...(labels !== undefined && { x_opencti_labels: labels }),
  };
  const relationship: StixObject = {
    type: "relationship",
    spec_version: "2.1",
    id: relationshipId("based-on", indicator.id, id),
    created: source.created,
    modified: source.modified,
    created_by_ref: author.id,
    ...markings,
    relationship_type: "based-on",
    source_ref: indicator.id,
    target_ref: id,
  };
  return [observable, relationship];
}
