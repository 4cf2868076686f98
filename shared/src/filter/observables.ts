import type { Indicator } from "../stix/object.ts";
import type { Observable } from "../stix/pattern/collect.ts";
import { observablesOf } from "../stix/pattern/observable.ts";
import type { FilterConfig } from "./config.ts";
import { createExclusionSet } from "./exclusion-set.ts";
import { placeOf } from "./place.ts";
import { isReserved } from "./reserved.ts";

/** Why one observable is held back; undefined where it may pass. */
export type ObservableReason = "filter.ioc_types" | "filter.exclude" | "filter.reserved_addresses";

export type JudgeObservable = (observable: Observable) => ObservableReason | undefined;

/** The filters that look at single observables; undefined where none of them is set. */
export function createObservableFilter(config: FilterConfig): JudgeObservable | undefined {
  const types = new Set<string>(config.iocTypes);
  const isExcluded = createExclusionSet(config.exclude.map(({ exclusion }) => exclusion));
  const excludesReserved = config.reservedAddresses === "exclude";
  if (types.size === 0 && config.exclude.length === 0 && !excludesReserved) return undefined;
  return (observable) => {
    if (types.size > 0 && !types.has(observable.type)) return "filter.ioc_types";
    const place = placeOf(observable);
    if (isExcluded(observable, place)) return "filter.exclude";
    const isReservedHere = excludesReserved && place.network !== undefined && isReserved(place.network);
    return isReservedHere ? "filter.reserved_addresses" : undefined;
  };
}

/**
 * Why an indicator is held back for what it points at: none of its observables may pass (the first one's reason is told). One that
 * keeps some is delivered; mappings with a record an observable leave the others out (`MappingContext.keeps`), and a pattern that a
 * target takes whole stays whole. One without observables is of the type `pattern`.
 */
export function judgeIndicator(
  indicator: Indicator,
  judge: JudgeObservable,
  { iocTypes }: FilterConfig,
): ObservableReason | undefined {
  const observables = observablesOf(indicator);
  if (observables.length === 0) return iocTypes.length > 0 && !iocTypes.includes("pattern") ? "filter.ioc_types" : undefined;
  let first: ObservableReason | undefined;
  for (const observable of observables) {
    const reason = judge(observable);
    if (reason === undefined) return undefined;
    first ??= reason;
  }
  return first;
}
