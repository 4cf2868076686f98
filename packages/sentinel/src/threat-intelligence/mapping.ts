import {
  fromMicroseconds,
  isIndicator,
  observablesOf,
  toMicroseconds,
  type Indicator,
  type Mapping,
  type ObservableType,
} from "@socdefenders/shared";

/** A STIX indicator as Sentinel's upload API takes it. */
export interface ThreatIntelligenceObject extends Indicator {
  readonly valid_until: string;
}

// Microsoft's rules compare `ValidUntil` with event times, and an empty one never matches: every object gets an end. Addresses change
// hands within weeks, names and mailboxes within months; a hash, a CVE or a technique id means the same thing for good and is kept for a year.
const lifetimeDays: Readonly<Partial<Record<ObservableType, number>>> = {
  ipv4: 30,
  ipv6: 30,
  cidr: 30,
  domain: 90,
  url: 90,
  email: 90,
  md5: 365,
  sha1: 365,
  sha256: 365,
  sha512: 365,
  ssdeep: 365,
  cve: 365,
  attack_pattern: 365,
};
const otherLifetimeDays = 90;
const dayMicroseconds = 86_400_000_000n;

/** Indicators as the feed gave them, ids, dates and unknown properties included, with `valid_until` added where it is missing. */
export const mapThreatIntelligence: Mapping<ThreatIntelligenceObject> = (object) => {
  if (!isIndicator(object))
    return { kind: "skipped", reason: `${object.type} objects are not sent to Sentinel's threat intelligence` };
  const validUntil = object.valid_until ?? endOfLife(object);
  if (validUntil === undefined) return { kind: "skipped", reason: "valid_from is not a time, so no valid_until follows from it" };
  return { kind: "items", items: [{ ...object, valid_until: validUntil }] };
};

/** The lifetime counts from `valid_from`, so that the same indicator always ends at the same time; of several types the shortest. */
function endOfLife(indicator: Indicator): string | undefined {
  const start = toMicroseconds(indicator.valid_from);
  if (start === undefined) return undefined;
  const days = observablesOf(indicator).map(({ type }) => lifetimeDays[type] ?? otherLifetimeDays);
  return fromMicroseconds(start + BigInt(days.length === 0 ? otherLifetimeDays : Math.min(...days)) * dayMicroseconds);
}
