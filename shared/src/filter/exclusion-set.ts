import type { Observable } from "../stix/pattern/collect.ts";
import { asciiName, type Exclusion } from "./exclusion.ts";
import { createNetworkSet } from "./network-set.ts";
import type { ObservablePlace } from "./place.ts";

/** Whether an observable, or the host of a URL, is on the list. */
export type IsExcluded = (observable: Observable, place: ObservablePlace) => boolean;

/** A list of any length, asked in a time that does not grow with it. */
export function createExclusionSet(exclusions: readonly Exclusion[]): IsExcluded {
  const values = new Set(exclusions.flatMap((one) => (one.kind === "value" ? one.values : [])));
  const domains = new Set(exclusions.flatMap((one) => (one.kind === "domain" ? [one.name] : [])));
  const containsNetwork = createNetworkSet(exclusions.flatMap((one) => (one.kind === "network" ? [one.network] : [])));
  return ({ value }, { name, network }) => {
    if (values.has(value)) return true;
    if (network !== undefined && containsNetwork(network)) return true;
    if (name === undefined) return false;
    const ascii = asciiName(name);
    return values.has(ascii) || isBelow(ascii, domains);
  };
}

/** Whether the name or any domain above it is in the set: one look-up a label. */
function isBelow(name: string, domains: ReadonlySet<string>): boolean {
  if (domains.size === 0) return false;
  for (let start = 0; start !== -1;) {
    if (domains.has(start === 0 ? name : name.slice(start))) return true;
    const dot = name.indexOf(".", start);
    start = dot === -1 ? -1 : dot + 1;
  }
  return false;
}
