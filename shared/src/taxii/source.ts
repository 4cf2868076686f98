import type { Logger } from "../log/logger.ts";
import type { Page, Source } from "../pipeline/contract.ts";
import type { Parsed } from "../stix/object.ts";
import { isCursorLoss, type Collection, type ObjectsAnswer, type TaxiiClient } from "./client.ts";
import { askAfter, fingerprintOf, readCursor, type WalkCursor } from "./cursor.ts";
import { createPageReader, isIdentity, type Step } from "./page.ts";
import { pagingError } from "./paging-error.ts";

export interface TaxiiSourceOptions {
  readonly client: TaxiiClient;
  readonly collection: Collection;
  /** Exclusive `added_after` of a first walk. */
  readonly start: string;
  readonly pageSize: number;
  readonly log: Logger;
  /** How one served object is read. Default {@link parseStixObject}. */
  readonly parse?: ((content: unknown) => Parsed) | undefined;
}

const largestLimit = 1000;
const mostRestarts = 3;
// TAXII servers commonly send 100 objects where nothing else is agreed.
const smallestServerLimit = 100;
// Ties that fill this many pages are asked for again at the end of each walk; more is a server that turns in circles.
const mostBarrenPages = 1000;

/**
 * Walks one collection to its end (TAXII 2.1 §3.5): by `next` where the server gives one, else by `X-TAXII-Date-Added-Last` with an
 * overlap of one microsecond. A page that is short is no end; a page that brings nothing new while the position stands is.
 */
export function createTaxiiSource(options: TaxiiSourceOptions): Source {
  return {
    pages: (from, signal) => walk(options, from === undefined ? undefined : readCursor(from, options.collection), signal),
  };
}

async function* walk(options: TaxiiSourceOptions, from: WalkCursor | undefined, signal: AbortSignal): AsyncGenerator<Page> {
  const { client, collection, start, log } = options;
  const readPage = createPageReader(options);
  const watch = createLoopWatch(collection);
  let cursor = from;
  let limit = options.pageSize;
  let next: string | undefined;
  // Stays the same while `next` is followed: a cursor goes with the parameters it was made for (TAXII 2.1 §3.5).
  let addedAfter = askAfter(cursor, start);
  let restarts = 0;

  for (;;) {
    signal.throwIfAborted();
    let answer: ObjectsAnswer;
    try {
      answer = await client.objects(collection.id, { addedAfter, limit, next }, signal);
    } catch (error) {
      if (next === undefined || restarts >= mostRestarts || !isCursorLoss(error)) throw error;
      restarts += 1;
      next = undefined;
      addedAfter = askAfter(cursor, start);
      log.warn("cursor_lost", "the feed's next cursor no longer works; going on from the position by date", {
        collection: collection.id,
        position: cursor?.position,
      });
      continue;
    }
    const step = readPage(answer, cursor);
    const hasMoved = step.isNew || step.hasAdvanced;
    if (hasMoved) {
      cursor = step.cursor;
      yield step.page;
    }
    if (step.isNew) restarts = 0;

    watch(answer.next, step);
    next = answer.next;
    if (next !== undefined) continue;
    addedAfter = askAfter(cursor, start);
    if (hasMoved && cursor !== undefined) continue;
    if (answer.more === true && (cursor === undefined || answer.objects.length === 0)) {
      throw pagingError(collection, "more objects are announced, but neither next nor X-TAXII-Date-Added-Last leads to them");
    }
    if (cursor === undefined) {
      if (answer.objects.every(isIdentity)) return;
      if (answer.objects.length < limit) {
        log.warn(
          "no_position",
          "the feed gives no X-TAXII-Date-Added-Last: no position can be saved, and every run reads all of it again",
          {
            collection: collection.id,
          },
        );
        return;
      }
      throw pagingError(collection, "a full page, and neither next nor X-TAXII-Date-Added-Last leads to the next one");
    }
    if (!(await isHiddenByTies(options, answer, cursor, limit, signal))) return;
    if (limit >= largestLimit) {
      throw pagingError(collection, `more objects share the date ${cursor.position} than one answer holds, and there is no next`);
    }
    limit = Math.min(largestLimit, limit * 2);
  }
}

/**
 * A page of nothing but known objects is the end, unless more objects share its date than fit into one answer. A server that says
 * `more` tells; for one that does not, unknown objects behind the date prove that the page was cut.
 */
async function isHiddenByTies(
  { client, collection, pageSize, log }: TaxiiSourceOptions,
  answer: ObjectsAnswer,
  cursor: WalkCursor,
  limit: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (answer.more !== undefined || answer.objects.length === 0) return answer.more === true;
  if (answer.objects.length >= limit) return true;
  const behind = await client.objects(collection.id, { addedAfter: cursor.position, limit: pageSize }, signal);
  const known = new Set(cursor.boundary);
  const unknown = behind.objects.some((content) => !known.has(fingerprintOf(content)));
  if (!unknown && behind.objects.length >= smallestServerLimit && behind.objects.length >= answer.objects.length) {
    log.warn(
      "coarse_position",
      "the feed's dates are finer than the position it gives, so ties it may have cut off cannot be told from the end",
      {
        collection: collection.id,
        position: cursor.position,
      },
    );
  }
  return unknown;
}

/** Throws when the pages lead in a circle. A server may keep one cursor for the whole walk: it is a loop when the page is the same too. */
function createLoopWatch(collection: Collection): (next: string | undefined, step: Step) => void {
  let last: { next: string | undefined; content: string } | undefined;
  let barrenPages = 0;
  return (next, { isNew, content }) => {
    if (next !== undefined && !isNew && next === last?.next && content === last.content) {
      throw pagingError(collection, "the same next cursor and the same page again");
    }
    barrenPages = isNew ? 0 : barrenPages + 1;
    if (barrenPages > mostBarrenPages) throw pagingError(collection, `${barrenPages} pages in a row with nothing new`);
    last = { next, content };
  };
}
