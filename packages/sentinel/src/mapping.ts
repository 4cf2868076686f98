import {
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
import { fitTime } from "./logs/field.ts";
import { fitRows } from "./logs/fit-rows.ts";

/** One row of `SOCDefendersIndicators_CL`: an observable of an indicator with all that is known of it. */
export interface SentinelRow {
  /**
   * `modified` of the indicator: the mapping has no clock, so the same version of an indicator is the same row wherever it is made.
   * The rule's transformation replaces it by the time of ingestion, by which Log Analytics keeps, bills and searches rows.
   */
  readonly TimeGenerated: string;
  readonly IndicatorId: string;
  /** STIX object path of the value: `ipv4-addr:value`, `file:hashes.'SHA-256'`; empty where there is none. */
  readonly ObservableKey: string;
  readonly ObservableValue: string;
  readonly IocType: ObservableType | "pattern";
  readonly Partial: boolean;
  readonly Pattern: string;
  readonly Name?: string | undefined;
  readonly Description?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Tags: readonly string[];
  readonly IndicatorTypes: readonly string[];
  readonly Tlp?: Tlp | undefined;
  readonly ValidFrom: string;
  readonly ValidUntil?: string | undefined;
  readonly Created: string;
  readonly Modified: string;
  readonly Revoked: boolean;
  /** Not revoked. Whether it has expired depends on the time of asking: queries compare `ValidUntil` with `now()`. */
  readonly IsActive: boolean;
  readonly Collection: string;
  readonly SourceSystem: "SOC Defenders";
  readonly References: readonly string[];
}

/** Columns of the stream and of the table, with their types in Log Analytics. */
export const columns: Readonly<Record<keyof SentinelRow, "string" | "boolean" | "real" | "datetime" | "dynamic">> = {
  TimeGenerated: "datetime",
  IndicatorId: "string",
  ObservableKey: "string",
  ObservableValue: "string",
  IocType: "string",
  Partial: "boolean",
  Pattern: "string",
  Name: "string",
  Description: "string",
  Confidence: "real",
  Tags: "dynamic",
  IndicatorTypes: "dynamic",
  Tlp: "string",
  ValidFrom: "datetime",
  ValidUntil: "datetime",
  Created: "datetime",
  Modified: "datetime",
  Revoked: "boolean",
  IsActive: "boolean",
  Collection: "string",
  SourceSystem: "string",
  References: "dynamic",
};

/**
 * Indicators become one row per observable, or one of `IocType` `pattern` where there is none; other objects are skipped. What is too
 * long for its column is cut, ends in `…`, and is counted as withheld.
 */
export const map: Mapping<SentinelRow> = (object, context) => {
  if (!isIndicator(object)) return { kind: "skipped", reason: `${object.type} objects are not sent to Sentinel` };
  const { keeps = () => true } = context;
  const { observables: all, withheld } = readObservables(object);
  const observables = all.filter((observable) => keeps(observable));
  const indicator = withRepeatableTexts(object, observables.length);
  const rows =
    observables.length === 0
      ? [toRow(indicator, undefined, context)]
      : observables.map((observable) => toRow(indicator, observable, context));
  const { items, cut } = fitRows(rows, object);
  return { kind: "items", items, ...((withheld ?? cut) && { withheld: { ...withheld, ...cut } }) };
};

function toRow(
  indicator: Indicator,
  observable: Observable | undefined,
  { collection, unknownMarking }: MappingContext,
): SentinelRow {
  const revoked = indicator.revoked ?? false;
  return {
    TimeGenerated: fitTime(indicator.modified),
    IndicatorId: indicator.id,
    ObservableKey: observable?.path ?? "",
    ObservableValue: observable?.value ?? "",
    IocType: observable?.type ?? "pattern",
    Partial: observable?.partial ?? false,
    Pattern: indicator.pattern,
    Name: indicator.name,
    Description: indicator.description,
    Confidence: indicator.confidence,
    Tags: indicator.labels ?? [],
    IndicatorTypes: indicator.indicator_types ?? [],
    Tlp: strictestTlp(indicator.object_marking_refs, unknownMarking),
    ValidFrom: fitTime(indicator.valid_from),
    ValidUntil: indicator.valid_until === undefined ? undefined : fitTime(indicator.valid_until),
    Created: fitTime(indicator.created),
    Modified: fitTime(indicator.modified),
    Revoked: revoked,
    IsActive: !revoked,
    Collection: collection,
    SourceSystem: "SOC Defenders",
    References: referenceUrlsOf(indicator.external_references),
  };
}
