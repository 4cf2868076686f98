import { hash } from "node:crypto";
import {
  articleIdsOf,
  isIndicator,
  readObservables,
  referenceUrlsOf,
  strictestTlp,
  withRepeatableTexts,
  type Indicator,
  type Mapping,
  type MappingContext,
  type Observable,
  type ObservableType,
  type Tlp,
} from "@socdefenders/shared";

/** One event of the sourcetype `socdefenders:indicator`: an observable of an indicator with all that is known of it. */
export interface SplunkEvent {
  /** Stable per indicator id, type and value: `dedup key sortby -modified` leaves the current state. */
  readonly key: string;
  readonly indicator_id: string;
  readonly ioc_type: ObservableType | "pattern";
  readonly ioc_value?: string | undefined;
  readonly partial: boolean;
  readonly name?: string | undefined;
  readonly confidence?: number | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly indicator_types?: readonly string[] | undefined;
  readonly tlp?: Tlp | undefined;
  readonly valid_from: string;
  readonly valid_until?: string | undefined;
  readonly created: string;
  readonly modified: string;
  readonly revoked: boolean;
  readonly collection: string;
  readonly references: readonly string[];
  readonly article_ids: readonly string[];
  // The two long texts come last: Splunk's own extraction stops after 5,000 bytes, and a search without the app must see the others.
  readonly pattern: string;
  readonly description?: string | undefined;
}

/** Indicators become one event per observable, or one of `ioc_type` `pattern` where there is none; other objects are skipped. */
export const map: Mapping<SplunkEvent> = (object, context) => {
  if (!isIndicator(object)) return { kind: "skipped", reason: `${object.type} objects are not sent to Splunk` };
  const { keeps = () => true } = context;
  const { observables: all, withheld } = readObservables(object);
  const observables = all.filter((observable) => keeps(observable));
  const indicator = withRepeatableTexts(object, observables.length);
  const items =
    observables.length === 0
      ? [toEvent(indicator, undefined, context)]
      : observables.map((observable) => toEvent(indicator, observable, context));
  return { kind: "items", items, ...(withheld && { withheld }) };
};

function toEvent(
  indicator: Indicator,
  observable: Observable | undefined,
  { collection, unknownMarking }: MappingContext,
): SplunkEvent {
  const type = observable?.type ?? "pattern";
  return {
    key: hash("sha256", JSON.stringify([indicator.id, type, observable?.value])),
    indicator_id: indicator.id,
    ioc_type: type,
    ioc_value: observable?.value,
    partial: observable?.partial ?? false,
    name: indicator.name,
    confidence: indicator.confidence,
    labels: indicator.labels,
    indicator_types: indicator.indicator_types,
    tlp: strictestTlp(indicator.object_marking_refs, unknownMarking),
    valid_from: indicator.valid_from,
    valid_until: indicator.valid_until,
    created: indicator.created,
    modified: indicator.modified,
    revoked: indicator.revoked ?? false,
    collection,
    references: referenceUrlsOf(indicator.external_references),
    article_ids: articleIdsOf(indicator.external_references),
    pattern: indicator.pattern,
    description: indicator.description,
  };
}
