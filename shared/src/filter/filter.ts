import { createHash } from "node:crypto";
import type { Mapped, Mapping, MappingContext } from "../pipeline/contract.ts";
import { addCounts } from "../pipeline/count.ts";
import { canonicalJson } from "../stix/identifier.ts";
import { strictestTlp, tlpLevels } from "../stix/marking.ts";
import { isIndicator, type Indicator, type StixObject } from "../stix/object.ts";
import type { Observable } from "../stix/pattern/collect.ts";
import type { FilterConfig } from "./config.ts";
import { createObservableFilter, judgeIndicator, type JudgeObservable, type ObservableReason } from "./observables.ts";

/** Wraps a mapping: what the filter holds back is skipped, with the name of the filter as the reason. */
export interface Filter {
  <Item>(map: Mapping<Item>): Mapping<Item>;
  /** Changes with every setting: part of the position, so that a changed filter reads anew what the old one held back. */
  readonly identity: string;
}

type Reason = ObservableReason | "filter.min_confidence" | "filter.indicator_types" | "filter.labels" | "filter.max_tlp";

export function createFilter(config: FilterConfig): Filter {
  const judge = createObservableFilter(config);
  const reasonOf = (object: StixObject): Reason | undefined => {
    if (isTooStrict(object, config)) return "filter.max_tlp";
    if (!isIndicator(object)) return undefined;
    return judgeWorth(object, config) ?? (judge && judgeIndicator(object, judge, config));
  };
  const wrap =
    <Item>(map: Mapping<Item>): Mapping<Item> =>
    (object, context) => {
      const reason = reasonOf(object);
      if (reason !== undefined) return { kind: "skipped", reason };
      const { unknownMarking } = config;
      const marked = unknownMarking === undefined ? context : { ...context, unknownMarking };
      return judge === undefined ? map(object, marked) : mapJudged(map, object, marked, judge);
    };
  return Object.assign(wrap, { identity: identityOf(config) });
}

/** What the mapping asked about and was told no is added to what it left out itself. */
function mapJudged<Item>(map: Mapping<Item>, object: StixObject, context: MappingContext, judge: JudgeObservable): Mapped<Item> {
  const heldBack: Record<string, number> = {};
  const keeps = (observable: Observable): boolean => {
    const reason = judge(observable);
    if (reason !== undefined) addCounts(heldBack, { [reason]: 1 });
    return reason === undefined;
  };
  const mapped = map(object, { ...context, keeps });
  if (mapped.kind === "skipped") return mapped;
  addCounts(heldBack, mapped.withheld);
  const withheld = Object.keys(heldBack).length === 0 ? undefined : heldBack;
  return { kind: "items", items: mapped.items, ...(withheld && { withheld }) };
}

function isTooStrict(object: StixObject, { maxTlp, unknownMarking }: FilterConfig): boolean {
  const markings = object["object_marking_refs"];
  if (maxTlp === undefined || !Array.isArray(markings)) return false;
  const level = strictestTlp(
    markings.filter((id) => typeof id === "string"),
    unknownMarking,
  );
  return level !== undefined && tlpLevels.indexOf(level) > tlpLevels.indexOf(maxTlp);
}

/**
 * The filters by what the feed thinks of an indicator. What is revoked passes all of them: a target that holds an earlier version must
 * hear that it no longer counts. A later version below the minimum is held back, so a target keeps the version it has.
 */
function judgeWorth(indicator: Indicator, config: FilterConfig): Reason | undefined {
  if (indicator.revoked === true) return undefined;
  const { minConfidence, indicatorTypes, labels } = config;
  if (minConfidence !== undefined && (indicator.confidence ?? -1) < minConfidence) return "filter.min_confidence";
  if (!hasOneOf(indicator.indicator_types, indicatorTypes)) return "filter.indicator_types";
  return hasOneOf(indicator.labels, labels) ? undefined : "filter.labels";
}

function hasOneOf(present: readonly string[] = [], wanted: readonly string[]): boolean {
  return wanted.length === 0 || present.some((word) => wanted.includes(word.toLowerCase()));
}

function identityOf({ exclude, indicatorTypes, iocTypes, labels, ...rest }: FilterConfig): string {
  const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();
  const lists = [exclude.map(({ text }) => text), indicatorTypes, iocTypes, labels].map(sorted);
  return createHash("sha256")
    .update(canonicalJson({ ...rest, lists }))
    .digest("hex")
    .slice(0, 16);
}
