import { isIndicator, observablesOf, type Indicator, type Mapped, type Mapping, type MappingContext } from "@socdefenders/shared";
import { alternativesOf, deriveIndicator } from "./compound.ts";
import { defaultLifetimeDays, endOfLife, type LifetimeDays } from "./lifetime.ts";

/** A STIX indicator as Sentinel's upload API takes it. */
export interface ThreatIntelligenceObject extends Indicator {
  readonly valid_until: string;
}

export interface ThreatIntelligenceMappingOptions {
  /** Default `split`: the values of an OR list, of a set and of several hashes of one file each become an object. */
  readonly compound?: "split" | "keep" | undefined;
  readonly lifetimeDays?: LifetimeDays | undefined;
}

/**
 * Indicators as the feed gave them, ids, dates and unknown properties included. Two things are added: `valid_until` where the feed has
 * none (Microsoft's rules compare it with event times, and an empty one never matches), and the objects of a compound pattern's values,
 * since Sentinel fills `ObservableKey` and `ObservableValue` from patterns of one comparison only.
 */
export function createThreatIntelligenceMapping(options: ThreatIntelligenceMappingOptions = {}): Mapping<ThreatIntelligenceObject> {
  const { compound = "split", lifetimeDays = defaultLifetimeDays } = options;
  return (object, context) => {
    if (!isIndicator(object))
      return { kind: "skipped", reason: `${object.type} objects are not sent to Sentinel's threat intelligence` };
    const { indicators, withheld } = compound === "split" ? split(object, context) : whole(object);
    const items = indicators.flatMap((indicator) => complete(indicator, lifetimeDays) ?? []);
    if (items.length === 0) return { kind: "skipped", reason: "valid_from: no time that a valid_until could be later than" };
    return toMapped(items, { ...withheld, ...unusableEnd(object) });
  };
}

/** The mapping with the defaults of the configuration. */
export const mapThreatIntelligence: Mapping<ThreatIntelligenceObject> = createThreatIntelligenceMapping();

interface Split {
  readonly indicators: readonly Indicator[];
  readonly withheld?: Readonly<Record<string, number>>;
}

const whole = (indicator: Indicator): Split => ({ indicators: [indicator] });

// What a pattern of 128 Ki characters could be copied to must not fill the memory; the largest of any public feed comes to 3 Mi.
const mostCopiedCharacters = 16 * 1024 * 1024;

function split(parent: Indicator, { keeps = () => true }: MappingContext): Split {
  const found = alternativesOf(parent);
  if (found === undefined) return whole(parent);
  const { alternatives, withheld } = found;
  const copied = alternatives.length * (JSON.stringify(parent).length - parent.pattern.length);
  if (copied > mostCopiedCharacters) return whole(parent);
  const kept = alternatives.filter(({ observable }) => observable === undefined || keeps(observable));
  return { indicators: kept.map((alternative) => deriveIndicator(parent, alternative)), withheld };
}

function complete(indicator: Indicator, lifetimeDays: LifetimeDays): ThreatIntelligenceObject | undefined {
  const { confidence, valid_from, valid_until = endOfLife(valid_from, typesOf(indicator), lifetimeDays) } = indicator;
  if (valid_until === undefined) return undefined;
  const isFraction = confidence !== undefined && !Number.isInteger(confidence);
  // The API takes whole numbers only (STIX 2.1 §3.2 too).
  return { ...indicator, valid_until, ...(isFraction && { confidence: Math.round(confidence) }) };
}

const typesOf = (indicator: Indicator) => observablesOf(indicator).map(({ type }) => type);

/** An end that was none, or not later than the start, was left out when the object was read, which says so. */
function unusableEnd({ x_socdefenders_dropped: dropped }: Indicator): Record<string, number> {
  const isDropped = Array.isArray(dropped) && dropped.includes("valid_until");
  return isDropped ? { "valid_until: not later than valid_from; the lifetime of its type stands instead": 1 } : {};
}

function toMapped(
  items: readonly ThreatIntelligenceObject[],
  withheld: Readonly<Record<string, number>>,
): Mapped<ThreatIntelligenceObject> {
  return Object.keys(withheld).length === 0 ? { kind: "items", items } : { kind: "items", items, withheld };
}
