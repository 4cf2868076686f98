import { cutBySize } from "@socdefenders/shared";

/** An event in the envelope HEC takes it in, serialised once. */
export interface Encoded<Item> {
  readonly item: Item;
  readonly json: string;
}

const mostEventsInBatch = 5000;

/** Batches within both limits, line breaks counted; an event that is larger than the limit goes alone, so that Splunk and not we decide about it. */
export function cutBatches<Item>(
  events: Iterable<Encoded<Item>>,
  maximumBytes: number,
  maximumCount: number = mostEventsInBatch,
): Generator<readonly Encoded<Item>[]> {
  return cutBySize(events, ({ json }) => Buffer.byteLength(json) + 1, { bytes: maximumBytes, count: maximumCount });
}

/** Pieces of at most `size` events. */
export function* cutPieces<Item>(events: readonly Encoded<Item>[], size: number): Generator<readonly Encoded<Item>[]> {
  for (let start = 0; start < events.length; start += size) yield events.slice(start, start + size);
}
