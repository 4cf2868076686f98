import { ConnectorError } from "../errors/connector-error.ts";
import type { DeadLetters } from "../dead-letter/entry.ts";
import type { Logger } from "../log/logger.ts";
import type { Filter } from "../filter/filter.ts";
import type { Collection } from "../taxii/resources.ts";
import type { Feed, SourceOptions } from "../taxii/feed.ts";
import type { CheckpointStore, Mapping, PositionKey, Sink } from "./contract.ts";
import { addCounts } from "./count.ts";
import { run, type PageOutcome } from "./run.ts";

export interface PollOptions<Item> {
  readonly feed: Feed;
  /** Name of the target instance. */
  readonly target: string;
  readonly map: Mapping<Item>;
  /** What is not to be delivered; undefined holds nothing back. */
  readonly filter?: Filter | undefined;
  readonly sink: Sink<Item>;
  readonly checkpoints: CheckpointStore;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What the operator changes of the walks. */
  readonly walk?: SourceOptions | undefined;
  /** Called after each delivered page, for progress. */
  readonly onPage?: (outcome: PageOutcome, collection: Collection) => void;
}

/** What one run did with one collection; the line of `run --json`. */
export interface CollectionSummary {
  readonly target: string;
  readonly collection: string;
  readonly pages: number;
  readonly read: number;
  readonly mapped: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly refused: number;
  /** Where the collection stands now, as the feed wrote it; null while nothing was ever delivered. */
  readonly position: string | null;
  readonly duration_ms: number;
  readonly skipped_reasons: Readonly<Record<string, number>>;
  readonly refused_reasons: Readonly<Record<string, number>>;
  /** Values inside delivered objects that no item of their own came of: a filter held them back, or they cannot be what they claim. */
  readonly withheld: number;
  readonly withheld_reasons: Readonly<Record<string, number>>;
  /** Older dead letters that had to make room. */
  readonly dead_letters_dropped: number;
  /** What ended the collection early; its position stands behind its last delivered page. */
  readonly failure?: ConnectorError;
}

/**
 * Delivers what is new in each chosen collection of a feed to one target, a summary each. A collection that fails says so in its
 * summary and does not stop the others. Throws what is not one collection's trouble: wrong configuration, an unreachable feed, the
 * signal's reason, and errors nobody foresaw. The sink is closed in every case.
 */
export async function* poll<Item>(options: PollOptions<Item>): AsyncGenerator<CollectionSummary, void, undefined> {
  let failure: Error | undefined;
  try {
    for (const collection of await options.feed.chosenCollections(options.signal)) {
      const summary = await pollCollection(collection, options);
      failure ??= summary.failure;
      yield summary;
    }
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    await options.sink.close(failure);
  }
}

/** What the position of one collection belongs to. */
export function positionKeyOf(
  { feed, target, filter }: Pick<PollOptions<never>, "feed" | "target" | "filter">,
  collection: string,
): PositionKey {
  return { target, endpoint: feed.endpoint, collection, ...(filter && { filter: filter.identity }) };
}

async function pollCollection<Item>(collection: Collection, options: PollOptions<Item>): Promise<CollectionSummary> {
  const { feed, target, filter, checkpoints, log, onPage } = options;
  const key = positionKeyOf(options, collection.id);
  const map = filter === undefined ? options.map : filter(options.map);
  const started = performance.now();
  const total = { pages: 0, read: 0, mapped: 0, delivered: 0, skipped: 0, refused: 0, position: null as string | null };
  const setAside = { withheld: 0, dead_letters_dropped: 0 };
  const skippedReasons: Record<string, number> = {};
  const refusedReasons: Record<string, number> = {};
  const withheldReasons: Record<string, number> = {};
  let failure: ConnectorError | undefined;
  try {
    for await (const outcome of run({ ...options, map, source: feed.source(collection, options.walk), key })) {
      // A page of nothing but a position, which the end of a collection may bring, is none to the reader of a summary.
      if (outcome.read + outcome.repeated > 0) total.pages += 1;
      total.read += outcome.read;
      total.mapped += outcome.mapped;
      total.delivered += outcome.delivered;
      total.skipped += addCounts(skippedReasons, outcome.skipped);
      total.refused += addCounts(refusedReasons, outcome.refused);
      setAside.withheld += addCounts(withheldReasons, outcome.withheld);
      setAside.dead_letters_dropped += outcome.droppedDeadLetters;
      total.position = outcome.position ?? total.position;
      logPage(log, target, collection, outcome);
      onPage?.(outcome, collection);
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    failure = error;
  }
  // Nothing delivered: the position stands where an earlier run left it. A position that cannot be read is the failure already.
  total.position ??= (await checkpoints.load(key).catch(() => undefined))?.position ?? null;
  return {
    target,
    collection: collection.id,
    ...total,
    duration_ms: Math.round(performance.now() - started),
    skipped_reasons: skippedReasons,
    refused_reasons: refusedReasons,
    ...setAside,
    withheld_reasons: withheldReasons,
    ...(failure && { failure }),
  };
}

function logPage(log: Logger, target: string, collection: Collection, outcome: PageOutcome): void {
  const context = { target, collection: collection.id };
  for (const [reason, count] of Object.entries(outcome.refused)) {
    log.warn("refused", `${count} kept as dead letters: ${reason}`, { ...context, reason, count });
  }
  const { read, delivered, repeated, withheld, droppedDeadLetters, position } = outcome;
  if (droppedDeadLetters > 0) {
    log.warn("dead_letters_dropped", `the dead letters are full: the ${droppedDeadLetters} oldest are gone`, {
      ...context,
      count: droppedDeadLetters,
    });
  }
  log.debug("page_delivered", `${delivered} delivered, position ${position ?? "not known"}`, {
    ...context,
    read,
    delivered,
    repeated,
    withheld,
    position,
  });
}
