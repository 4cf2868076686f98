import { exportCollection, fromMicroseconds, listPositions, startTime, toMicroseconds, type Logger } from "@socdefenders/shared";
import type { Config } from "./config.ts";

/**
 * Warns before the first walk over TAXII of a target that the STIX export has filled: the two have positions of their own, so the walk
 * delivers again what the export brought, unless it starts where that stands. Says nothing once a position of TAXII is saved, and of a
 * target that keeps its position elsewhere.
 */
export async function warnOfFormerExport(target: string, { feed, stateDirectory }: Config, log: Logger): Promise<void> {
  if (feed.source !== "taxii") return;
  const records = (await listPositions(stateDirectory)).flatMap(({ record }) =>
    record?.key.target === target && record.key.endpoint === feed.endpoint.href ? [record] : [],
  );
  const exported = records.filter(({ key }) => key.collection === exportCollection.id);
  if (exported.length < records.length) return;
  const start = toMicroseconds(startTime(feed.start, Date.now())) ?? 0n;
  const ends = exported.map(({ cursor }) => toMicroseconds(cursor.position) ?? 0n);
  const [end] = ends.toSorted((one, other) => (one < other ? -1 : 1));
  // What the feed publishes behind its date is in no export yet: a few minutes come twice rather than not at all.
  if (end === undefined || start >= end - feed.overlap) return;
  const proposed = fromMicroseconds(end - feed.overlap);
  log.warn(
    "export_then_taxii",
    `the STIX export has filled ${target}; TAXII reads from feed.start on and delivers that again: set feed.start to ${proposed}`,
    { target, proposed_start: proposed },
  );
}
