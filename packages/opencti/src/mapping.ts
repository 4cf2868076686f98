import { isIndicator, parsePattern, type Indicator, type Mapped, type Mapping, type MappingContext } from "@socdefenders/shared";
import { markingsOf, toBundle, type OpenctiBundle } from "./mapping/bundle.ts";
import { carry } from "./mapping/carried.ts";
import { withoutExpired } from "./mapping/expired.ts";
import { toIndicator } from "./mapping/indicator.ts";
import { toObservables } from "./mapping/observables.ts";
import { toVulnerability } from "./mapping/vulnerability.ts";

export type { OpenctiBundle } from "./mapping/bundle.ts";

export interface MappingOptions {
  /** With each indicator the observables that its values are. Default no. */
  readonly createObservables?: boolean | undefined;
  /** Marks indicators as fit for detection, which the feed says nothing about. Default no. */
  readonly detection?: boolean | undefined;
}

/**
 * Each indicator becomes a bundle of its own; CVEs that it names as alternatives become vulnerabilities, and nothing else is left of an
 * indicator that only names CVEs. Other objects that OpenCTI knows are carried through.
 */
export function createMapping(options: MappingOptions = {}): Mapping<OpenctiBundle> {
  return (object, context) => (isIndicator(object) ? mapIndicator(object, context, options) : carry(object, context));
}

/** What a configured connector makes of a feed; `now` (epoch milliseconds) says what has expired, where that is not wanted. */
export function mappingOf(
  options: MappingOptions & { readonly importExpired: boolean },
  now: () => number,
): Mapping<OpenctiBundle> {
  const whole = createMapping(options);
  return options.importExpired ? whole : withoutExpired(whole, now);
}

/** Without observables. */
export const map: Mapping<OpenctiBundle> = createMapping();

function mapIndicator(object: Indicator, context: MappingContext, options: MappingOptions): Mapped<OpenctiBundle> {
  const read = object.pattern_type === "stix" ? parsePattern(object.pattern) : undefined;
  const observables = read?.valid === true ? read.observables : [];
  const areAlternatives = read?.valid === true && read.exact && !observables.some(({ partial }) => partial);
  const named = areAlternatives ? observables.filter(({ type }) => type === "cve") : [];
  const namesOnlyCves = named.length > 0 && named.length === observables.length;
  const isRevoked = object.revoked === true;
  if (namesOnlyCves && isRevoked) return { kind: "skipped", reason: "a revoked CVE leaves the vulnerability as it is" };

  const markings = markingsOf(object, context);
  const cves = isRevoked ? [] : named.filter((cve) => context.keeps?.(cve) ?? true);
  const alias = named.length === 1 && namesOnlyCves ? { x_opencti_stix_ids: [object.id] } : {};
  const vulnerabilities = cves.map((cve) => toBundle([{ ...toVulnerability(object, cve, markings), ...alias }], markings));
  if (namesOnlyCves) return { kind: "items", items: vulnerabilities };

  const indicator = toIndicator(object, read, markings, options.detection === true);
  const wantsObservables = options.createObservables === true && read?.valid === true && !isRevoked;
  if (!wantsObservables) return { kind: "items", items: [...vulnerabilities, toBundle([indicator], markings)] };
  const { objects, withheld } = toObservables(object, indicator, read, context);
  const items = [...vulnerabilities, toBundle([...objects, indicator], markings)];
  return Object.keys(withheld).length === 0 ? { kind: "items", items } : { kind: "items", items, withheld };
}
