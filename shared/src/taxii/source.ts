import { commandWords } from "../errors/host-words.ts";
import { RebuiltError } from "../errors/rebuilt-error.ts";
import type { Page, Source } from "../pipeline/contract.ts";
import type { Overlap } from "./advance.ts";
import { isCursorLoss, type ObjectsAnswer, type WalkClient } from "./client.ts";
import { readCursor, type WalkCursor } from "./cursor.ts";
import { isHiddenByTies } from "./end-of-data.ts";
import { createLoopWatch } from "./loop-watch.ts";
import { createPageReader, isIdentity, type PageReaderOptions } from "./page.ts";
import { pagingError } from "./paging-error.ts";
import { createRebuildWatch } from "./rebuilt.ts";
import { backBy } from "./time-order.ts";

export interface TaxiiSourceOptions extends Omit<PageReaderOptions, "overlap"> {
  readonly client: WalkClient;
  /** Exclusive `added_after` of a first walk. */
  readonly start: string;
  readonly pageSize: number;
  /** How long the server may take to publish an object behind its `date_added`, in microseconds. Default 5 minutes. */
  readonly overlap?: Overlap | undefined;
  /** Pages one walk reads at most; the next one goes on behind them. Default 100,000. */
  readonly mostPages?: number | undefined;
  /** Reads a collection that was rebuilt from `start` instead of stopping. */
  readonly acceptReset?: boolean | undefined;
  /** Passes over ties that no answer holds instead of stopping; a gap that is logged. */
  readonly acceptGap?: boolean | undefined;
}

const defaultOverlap = 5n * 60n * 1_000_000n;
// No server has to give so many; one that does solves ties that its usual page does not hold.
const largestLimit = 10_000;
const mostRestarts = 3;

/**
 * Walks one collection to its end (TAXII 2.1 §3.5): by `next` where the server gives one, else by `X-TAXII-Date-Added-Last` with an
 * overlap of one microsecond. A page that is short is no end; a page that brings nothing new while the position stands is.
 */
export function createTaxiiSource(options: TaxiiSourceOptions): Source {
  return {
    async *pages(from, signal) {
      const cursor = from === undefined ? undefined : readCursor(from, options.collection);
      try {
        yield* walk(options, cursor, signal);
      } catch (error) {
        if (!(error instanceof RebuiltError) || options.acceptReset !== true) throw error;
        options.log.warn("reset_accepted", `${error.message}; reading it from ${options.start} as asked for`, {
          collection: options.collection.id,
        });
        yield* walk(options, undefined, signal);
      }
    },
  };
}

async function* walk(options: TaxiiSourceOptions, from: WalkCursor | undefined, signal: AbortSignal): AsyncGenerator<Page> {
  const { client, collection, start, log, overlap = defaultOverlap, mostPages = 100_000 } = options;
  const readPage = createPageReader({ ...options, overlap }, from);
  const watchLoop = createLoopWatch(collection);
  const rebuildWatch = createRebuildWatch(options, from);
  let cursor = from;
  let limit = options.pageSize;
  let next: string | undefined;
  // Stays the same while `next` is followed: a cursor goes with the parameters it was made for (TAXII 2.1 §3.5).
  let addedAfter = cursor?.settled ?? start;
  // The last date this walk has come to; the cursor's own is further where the walk reads again what is not settled.
  let reached: string | undefined;
  let restarts = 0;
  const fromHere = (): string => (reached === undefined ? (cursor?.settled ?? start) : backBy(reached, 1n));

  for (let pages = 0; ; pages += 1) {
    signal.throwIfAborted();
    if (pages >= mostPages) {
      return log.warn("page_cap", `${pages} pages are enough for one run; the next one goes on`, { collection: collection.id });
    }
    let answer: ObjectsAnswer;
    try {
      answer = await client.objects(collection.id, { addedAfter, limit, next }, signal);
    } catch (error) {
      if (next === undefined || restarts >= mostRestarts || !isCursorLoss(error)) throw error;
      if (cursor === undefined)
        throw pagingError(collection, `its next cursor was lost and it gives no dates to go on from: ${(error as Error).message}`);
      restarts += 1;
      next = undefined;
      addedAfter = fromHere();
      log.warn("cursor_lost", "the feed's next cursor no longer works; going on from the position by date", {
        collection: collection.id,
        position: reached ?? cursor?.position,
      });
      continue;
    }
    const step = readPage(answer, { cursor, addedAfter, reached });
    rebuildWatch.see(answer, step);
    ({ cursor, reached } = step);
    const hasMoved = step.isNew || step.hasAdvanced;
    if (hasMoved) yield step.page;
    if (step.isNew) restarts = 0;

    watchLoop(answer.next, step, knownIn(cursor));
    next = answer.next;
    if (next !== undefined) continue;
    addedAfter = fromHere();
    if (hasMoved && cursor !== undefined) continue;
    if (cursor === undefined) return assertNothingBehind(options, answer);
    if (answer.more === true && answer.objects.length === 0) throw pagingError(collection, noWayOn);
    const known = new Set(cursor.recent.flatMap(({ fingerprints }) => fingerprints));
    const stand = reached ?? cursor.position;
    if (!(await isHiddenByTies(options, { answer, reached: stand, known }, signal))) {
      await rebuildWatch.confirmEnd(signal);
      return yield* endOfData(cursor, from);
    }
    if (limit < largestLimit) limit = Math.min(largestLimit, limit * 2);
    else addedAfter = passOver(options, stand);
  }
}

const knownIn = (cursor: WalkCursor | undefined): number =>
  cursor?.recent.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0) ?? 0;

const noWayOn = "more objects are announced, but neither next nor X-TAXII-Date-Added-Last leads to them";

/** The end of a walk that never learnt a date: fine where nothing was there, and where all of it fitted on one page. */
function assertNothingBehind({ collection, log }: TaxiiSourceOptions, answer: ObjectsAnswer): void {
  if (answer.more === true) throw pagingError(collection, noWayOn);
  if (answer.objects.every(isIdentity)) return;
  if (answer.objects.length >= answer.limit) {
    throw pagingError(collection, "a full page, and neither next nor X-TAXII-Date-Added-Last leads to the next one");
  }
  log.warn(
    "no_position",
    "the feed gives neither X-TAXII-Date-Added-Last nor next: no position can be saved, every run reads this page again, and whether more follows cannot be known",
    { collection: collection.id },
  );
}

/** What the end of the collection tells: where it differs from what was saved, a page without objects carries it. */
function* endOfData(cursor: WalkCursor, from: WalkCursor | undefined): Generator<Page> {
  if (from?.mode === "live" && from.settled === cursor.settled && from.position === cursor.position) return;
  yield { objects: [], unreadable: [], repeated: 0, cursor: { ...cursor, mode: "live" } };
}

/** Behind ties that no answer holds there is only the next microsecond, and what lies between is lost: the operator's decision. */
function passOver({ collection, log, acceptGap }: TaxiiSourceOptions, stand: string): string {
  if (acceptGap !== true) {
    throw pagingError(
      collection,
      `more objects share the date ${stand} than one answer holds, and there is no next; ${commandWords.acceptGap}`,
    );
  }
  log.warn("gap_accepted", `an unknown number of objects added at ${stand} could not be read and is passed over, as asked for`, {
    collection: collection.id,
    position: stand,
  });
  return stand;
}
