import { redact } from "../config/secret.ts";
import type { DeadLetters } from "../dead-letter/entry.ts";
import { TargetError } from "../errors/target-error.ts";
import type { CheckpointStore, Mapping, Page, PositionKey, Refusal, Rejected, Sink, Source } from "./contract.ts";
import { addCounts } from "./count.ts";
import { fewObjects, mapInPortions, type MappedObject, type Unsent } from "./portions.ts";
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
 * so a crash at any point repeats a page and loses nothing. A page of very many items is mapped and written in portions, so that a
 * small host has room for it.
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
  const { map, checkpoints, deadLetters, key } = options;
  const unsent: Unsent = { skipped: {}, withheld: {}, unmapped: [] };
  const sent: Sent = { items: 0, objects: 0, reasons: [], rejected: [], refusedObjects: 0 };
  for (const portion of mapInPortions(page.objects, map, key.collection, unsent)) await sendPortion(portion, options, sent);
  assertMostlyTaken(sent, key);
  const rejected = [...page.unreadable, ...unsent.unmapped, ...sent.rejected];
  const droppedDeadLetters = rejected.length === 0 ? 0 : await deadLetters.add(key, rejected);
  if (page.cursor !== undefined) await checkpoints.save(key, page.cursor);
  return {
    read: page.objects.length + page.unreadable.length,
    mapped: sent.items,
    delivered: sent.items - sent.reasons.length,
    repeated: page.repeated,
    skipped: unsent.skipped,
    refused: countReasons([...page.unreadable, ...unsent.unmapped, ...sent.reasons]),
    withheld: unsent.withheld,
    droppedDeadLetters,
    position: page.cursor?.position,
  };
}

/** What became of the portions of a page so far; items themselves are let go. */
interface Sent {
  items: number;
  objects: number;
  /** Of every refused item. */
  readonly reasons: { readonly reason: string }[];
  readonly rejected: Rejected[];
  refusedObjects: number;
}

async function sendPortion<Item>(portion: readonly MappedObject<Item>[], { sink, signal }: RunOptions<Item>, sent: Sent) {
  const items = portion.flatMap((object) => object.items);
  const refusals = items.length === 0 ? [] : await sink.write(items, signal);
  const rejected = rejectObjects(refusals, portion);
  sent.items += items.length;
  sent.objects += portion.length;
  sent.refusedObjects += new Set(rejected.map(({ content }) => content)).size;
  for (const { reason } of refusals) sent.reasons.push({ reason });
  for (const one of rejected) sent.rejected.push(one);
}

/**
 * A few refused objects are the objects' fault and become dead letters; most of a page is the target's, and the position must not pass it.
 * Objects and not items: one with a thousand values would hold up the collection for good.
 */
function assertMostlyTaken({ objects, refusedObjects, reasons }: Sent, { target }: PositionKey): void {
  if (refusedObjects < fewObjects || refusedObjects * 2 <= objects) return;
  throw new TargetError(`${target} refused items of ${refusedObjects} of ${objects} objects of a page: ${reasons[0]?.reason}`, {
    remedy:
      "Look at the target and at what lies between, a proxy for instance. Nothing was set aside; the page is sent again by the next run.",
  });
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
