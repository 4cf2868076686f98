import { redact } from "../config/secret.ts";
import { TargetError } from "../errors/target-error.ts";
import type { CheckpointStore, Mapping, Page, PositionKey, Refusal, Rejected, Sink, Source } from "./contract.ts";
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
  const from = await options.checkpoints.load(options.key);
  // A page that is still being fetched when the run ends, early or not, is nobody's any more.
  const ended = new AbortController();
  try {
    const pages = options.source.pages(from, AbortSignal.any([options.signal, ended.signal]));
    for await (const page of prefetch(pages)) yield await deliverPage(page, options);
  } finally {
    ended.abort(new Error("the run has ended"));
  }
}

async function deliverPage<Item>(page: Page, options: RunOptions<Item>): Promise<PageOutcome> {
  const { sink, checkpoints, deadLetters, key, signal } = options;
  const { items, skipped } = mapPage(page, options);
  const refusals = items.length === 0 ? [] : await sink.write(items, signal);
  assertMostlyTaken(refusals, items.length, key);
  const rejected: Rejected[] = [
    ...page.unreadable,
    // The target's words may echo what it was sent.
    ...refusals.map(({ item, reason }) => ({ reason: redact(reason), content: item })),
  ];
  if (rejected.length > 0) await deadLetters.add(key, rejected);
  if (page.cursor !== undefined) await checkpoints.save(key, page.cursor);
  return {
    read: page.objects.length + page.unreadable.length,
    mapped: items.length,
    delivered: items.length - refusals.length,
    repeated: page.repeated,
    skipped,
    refused: countByReason(rejected),
    position: page.cursor?.position,
  };
}

const fewRefusals = 10;

/** A few refused items are the items' fault and become dead letters; most of a page is the target's, and the position must not pass it. */
function assertMostlyTaken(refusals: readonly Refusal<unknown>[], written: number, { target }: PositionKey): void {
  if (refusals.length < fewRefusals || refusals.length * 2 <= written) return;
  throw new TargetError(`${target} refused ${refusals.length} of ${written} items of a page: ${refusals[0]?.reason}`, {
    remedy:
      "Look at the target and at what lies between, a proxy for instance. Nothing was set aside; the page is sent again by the next run.",
  });
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
