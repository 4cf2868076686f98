import { clean, toEpochSeconds, version, type CollectionSummary, type ConnectorError } from "@socdefenders/shared";
import { inParameterNames } from "./parameter-names.ts";

/**
 * One event of the sourcetype `socdefenders:health`. `kind` is `run` (one a collection, or one for a run that reached none), `skipped`,
 * `refused` or `withheld` (one a reason, with `count`).
 */
export type HealthEvent = Readonly<Record<string, string | number | null | undefined>> & {
  readonly kind: "run" | "skipped" | "refused" | "withheld";
};

// Words of the feed are in reasons and messages.
const longestText = 500;

/**
 * What one run did with one collection. `lag_s` is the time between the feed's own time stamp of the last delivered object and `now`
 * (epoch milliseconds), in seconds: it grows while the feed has nothing new, too.
 */
export function healthOf(summary: CollectionSummary, now: number): readonly HealthEvent[] {
  const { target: input, failure, skipped_reasons, refused_reasons, withheld_reasons, ...counts } = summary;
  const position = summary.position === null ? undefined : toEpochSeconds(summary.position);
  const lag = position === undefined ? undefined : Math.max(0, Math.round(now / 1000 - position));
  const common = { input, collection: summary.collection, version };
  const byReason = (kind: "skipped" | "refused" | "withheld", reasons: Readonly<Record<string, number>>): HealthEvent[] =>
    Object.entries(reasons).map(([reason, count]) => ({ kind, ...common, reason: clean(reason, longestText), count }));
  return [
    { ...counts, kind: "run", ...common, lag_s: lag, ...outcome(failure) },
    ...byReason("skipped", skipped_reasons),
    ...byReason("refused", refused_reasons),
    ...byReason("withheld", withheld_reasons),
  ];
}

/** A run that ended before it reached a collection: a feed out of reach, a wrong key. */
export function healthOfFailure(input: string, failure: ConnectorError): HealthEvent {
  return { kind: "run", input, version, ...outcome(failure) };
}

function outcome(failure: ConnectorError | undefined): Record<string, string> {
  if (failure === undefined) return { status: "done" };
  return {
    status: "failed",
    error: failure.name,
    message: inParameterNames(clean(failure.message, longestText)),
    remedy: inParameterNames(clean(failure.remedy, longestText)),
  };
}
