import { redact } from "../config/secret.ts";
import type { DeadLetters } from "../dead-letter/entry.ts";
import { TargetError } from "../errors/target-error.ts";
import type { StixObject } from "../stix/object.ts";
import type { CheckpointStore, Mapped, Mapping, Page, PositionKey, Refusal, Rejected, Sink, Source } from "./contract.ts";
import { addCounts } from "./count.ts";
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

/** What became of one page. `skipped`, `refused` and `withheld` count by reason; nothing leaves the pipeline uncounted. */
export interface PageOutcome {
  readonly read: number;
  /** Items the mapping made. */
  readonly mapped: number;
  /** Items the target confirmed. */
  readonly delivered: number;
  readonly repeated: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Values inside delivered objects that no item of their own came of, by reason. */
  readonly withheld: Readonly<Record<string, number>>;
  /** Older dead letters that had to make room for those of this page. */
  readonly droppedDeadLetters: number;
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
  const { mapped, items, skipped, withheld, unmapped } = mapPage(page, options);
  const refusals = items.length === 0 ? [] : await sink.write(items, signal);
  assertMostlyTaken(refusals, mapped, key);
  const rejected = [...page.unreadable, ...unmapped, ...rejectObjects(refusals, mapped)];
  const droppedDeadLetters = rejected.length === 0 ? 0 : await deadLetters.add(key, rejected);
  if (page.cursor !== undefined) await checkpoints.save(key, page.cursor);
  return {
    read: page.objects.length + page.unreadable.length,
    mapped: items.length,
    delivered: items.length - refusals.length,
    repeated: page.repeated,
    skipped,
    refused: countReasons([...page.unreadable, ...unmapped, ...refusals]),
    withheld,
    droppedDeadLetters,
    position: page.cursor?.position,
  };
}

const fewRefusals = 10;

/**
 * A few refused objects are the objects' fault and become dead letters; most of a page is the target's, and the position must not pass it.
 * Objects and not items: one with a thousand values would hold up the collection for good.
 */
function assertMostlyTaken(
  refusals: readonly Refusal<unknown>[],
  mapped: readonly MappedObject<unknown>[],
  { target }: PositionKey,
): void {
  if (refusals.length < fewRefusals) return;
  const items = new Set(refusals.map(({ item }) => item));
  const refused = mapped.filter((object) => object.items.some((item) => items.has(item))).length;
  if (refused < fewRefusals || refused * 2 <= mapped.length) return;
  throw new TargetError(`${target} refused items of ${refused} of ${mapped.length} objects of a page: ${refusals[0]?.reason}`, {
    remedy:
      "Look at the target and at what lies between, a proxy for instance. Nothing was set aside; the page is sent again by the next run.",
  });
}

interface MappedObject<Item> {
  readonly object: StixObject;
  readonly items: readonly Item[];
}

function mapPage<Item>({ objects }: Page, { map, key }: RunOptions<Item>) {
  const mapped: MappedObject<Item>[] = [];
  const skipped: Record<string, number> = {};
  const withheld: Record<string, number> = {};
  const unmapped: Rejected[] = [];
  for (const object of objects) {
    let result: Mapped<Item>;
    try {
      result = map(object, { collection: key.collection });
    } catch (error) {
      // One object that nobody foresaw must not stop all that follow; many of them are a defect that must not be passed over.
      if (unmapped.length + 1 >= fewRefusals) throw error;
      unmapped.push({ reason: `cannot be mapped: ${error instanceof Error ? error.message : String(error)}`, content: object });
      continue;
    }
    if (result.kind === "items") {
      mapped.push({ object, items: result.items });
      addCounts(withheld, result.withheld);
    } else addCounts(skipped, { [result.reason]: 1 });
  }
  return { mapped, items: mapped.flatMap(({ items }) => items), skipped, withheld, unmapped };
}

/** The objects of refused items, one entry an object and reason. */
function rejectObjects<Item>(refusals: readonly Refusal<Item>[], mapped: readonly MappedObject<Item>[]): readonly Rejected[] {
  if (refusals.length === 0) return [];
  // The target's words may echo what it was sent.
  const reasons = new Map(refusals.map(({ item, reason }) => [item, redact(reason)]));
  const rejected = mapped.flatMap(({ object, items }) => {
    const places = Map.groupBy(items.keys(), (place) => reasons.get(items[place] as Item));
    return [...places].flatMap(([reason, refused]) =>
      reason === undefined ? [] : [{ reason, content: object, refused: { items: refused, of: items.length } }],
    );
  });
  const found = rejected.reduce((sum, { refused }) => sum + refused.items.length, 0);
  if (found < reasons.size) throw new Error("a sink refused an item it was not given");
  return rejected;
}

function countReasons(rejected: readonly { readonly reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of rejected) addCounts(counts, { [redact(reason)]: 1 });
  return counts;
}
