import type { CheckpointStore, Mapping, Page, PositionKey, Rejected, Sink, Source } from "./contract.ts";
import type { DeadLetters } from "./dead-letter.ts";
import { prefetch } from "./prefetch.ts";

export interface RunOptions<Item> {
  readonly source: Source;
  readonly map: Mapping<Item>;
  readonly sink: Sink<Item>;
  readonly checkpoints: CheckpointStore;
  readonly deadLetters: DeadLetters;
  readonly key: PositionKey;
  readonly signal: AbortSignal;
}

/** What became of one page. `skipped` and `refused` count by reason; nothing leaves the pipeline uncounted. */
export interface PageOutcome {
  readonly read: number;
  /** Items the mapping made. */
  readonly mapped: number;
  /** Items the target confirmed. */
  readonly delivered: number;
  readonly repeated: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** The saved position, as the feed wrote it; undefined while there is none. */
  readonly position: string | undefined;
}

/**
 * The one loop: for each page, map it, let the target confirm it, save the position, yield the outcome. The position is saved last,
 * so a crash at any point repeats a page and loses nothing.
 */
export async function* run<Item>(options: RunOptions<Item>): AsyncGenerator<PageOutcome, void, undefined> {
  const { source, sink, checkpoints, deadLetters, key, signal } = options;
  const from = await checkpoints.load(key);
  for await (const page of prefetch(source.pages(from, signal))) {
    const { items, skipped } = mapPage(page, options);
    const refusals = items.length === 0 ? [] : await sink.write(items, signal);
    const rejected: Rejected[] = [...page.unreadable, ...refusals.map(({ item, reason }) => ({ reason, content: item }))];
    if (rejected.length > 0) await deadLetters.add(key, rejected);
    if (page.cursor !== undefined) await checkpoints.save(key, page.cursor);
    yield {
      read: page.objects.length + page.unreadable.length,
      mapped: items.length,
      delivered: items.length - refusals.length,
      repeated: page.repeated,
      skipped,
      refused: countByReason(rejected),
      position: page.cursor?.position,
    };
  }
}

function mapPage<Item>({ objects }: Page, { map, key }: RunOptions<Item>): { items: Item[]; skipped: Record<string, number> } {
  const items: Item[] = [];
  const skipped: Record<string, number> = {};
  for (const object of objects) {
    const mapped = map(object, { collection: key.collection });
    if (mapped.kind === "items") items.push(...mapped.items);
    else skipped[mapped.reason] = (skipped[mapped.reason] ?? 0) + 1;
  }
  return { items, skipped };
}

function countByReason(rejected: readonly Rejected[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of rejected) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
