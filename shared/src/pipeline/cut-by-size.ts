export interface BatchLimits {
  /** Most bytes of a batch, as `bytesOf` counts them. */
  readonly bytes: number;
  /** Most items of a batch. Default any number. */
  readonly count?: number | undefined;
}

/** Batches in order, each within both limits; an item that is larger than the limit goes alone, so that the target decides about it. */
export function* cutBySize<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
  { bytes: mostBytes, count: mostItems = Infinity }: BatchLimits,
): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    if (batch.length > 0 && (bytes + size > mostBytes || batch.length >= mostItems)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
