import type { LogsRow, UploadedObject } from "@socdefenders/simulator";

/** One arrival of what became of an indicator: a row, or an object of the store. */
export interface Sent {
  /** Id of the indicator in the feed. */
  readonly indicator: string;
  /** The same for each arrival of the same row or object. */
  readonly item: string;
}

export function sentRow(row: LogsRow): Sent {
  const item = JSON.stringify([row["IndicatorId"], row["ObservableKey"], row["ObservableValue"]]);
  return { indicator: String(row["IndicatorId"]), item };
}

/** Arrivals in the store by id; an object that was split off counts for the indicator it is derived from. */
export function sentObjects(ids: readonly string[], objects: readonly UploadedObject[]): readonly Sent[] {
  const parents = new Map(objects.map((object) => [String(object["id"]), parentOf(object)]));
  return ids.map((item) => ({ indicator: parents.get(item) ?? item, item }));
}

function parentOf({ id, labels }: UploadedObject): string {
  const [, parent] = /"derived-from:([^"]+)"/.exec(JSON.stringify(labels ?? [])) ?? [];
  return parent ?? String(id);
}

/** Every indicator of which something came. */
export const indicatorsOf = (sent: readonly Sent[]): ReadonlySet<string> => new Set(sent.map(({ indicator }) => indicator));

/** How often each row or object came. */
export function timesSent(sent: readonly Sent[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { item } of sent) times.set(item, (times.get(item) ?? 0) + 1);
  return times;
}

/** Indicators of which something came more than once. */
export function repeatedIndicators(sent: readonly Sent[]): ReadonlySet<string> {
  const times = timesSent(sent);
  return indicatorsOf(sent.filter(({ item }) => (times.get(item) ?? 0) > 1));
}
