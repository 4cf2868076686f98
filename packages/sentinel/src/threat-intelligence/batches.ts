import { cutBySize } from "@socdefenders/shared";
import type { ThreatIntelligenceObject } from "./mapping.ts";

// Microsoft Sentinel upload API, throttling limits.
const mostObjects = 100;
// The API documents no size of a request. Azure Monitor, where the store's rows end up, takes 1 MB a call; 100 usual objects are 80 KB.
const mostBytes = 1_000_000;

/** An object and its JSON, made once. */
export interface Upload {
  readonly item: ThreatIntelligenceObject;
  readonly json: string;
}

/**
 * Cuts objects into runs in which no id is there twice. Within a run requests may overtake each other; of two versions of one object
 * the later one must arrive last.
 */
export function* cutRuns(items: readonly ThreatIntelligenceObject[]): Generator<readonly ThreatIntelligenceObject[]> {
  let ids = new Set<string>();
  let start = 0;
  for (const [place, { id }] of items.entries()) {
    if (ids.has(id)) {
      yield items.slice(start, place);
      start = place;
      ids = new Set();
    }
    ids.add(id);
  }
  if (start < items.length) yield items.slice(start);
}

/** Batches of at most 100 objects and 1 MB; a larger object goes alone, so that the service decides about it. */
export function cutBatches(items: readonly ThreatIntelligenceObject[]): Generator<readonly Upload[]> {
  return cutBySize(writeEach(items), ({ json }) => Buffer.byteLength(json) + 1, { bytes: mostBytes, count: mostObjects });
}

function* writeEach(items: readonly ThreatIntelligenceObject[]): Generator<Upload> {
  for (const item of items) yield { item, json: JSON.stringify(item) };
}
