import { createHash } from "node:crypto";
import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { PositionError } from "../errors/position-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Cursor, Page, Rejected, Source } from "../pipeline/contract.ts";
import { canonicalJson } from "../stix/identifier.ts";
import { parseStixObject, type Parsed, type StixObject } from "../stix/object.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";
import { isCursorLoss, type Collection, type ObjectsAnswer, type TaxiiClient } from "./client.ts";

/**
 * Where a walk stands: every object up to `position` was served, and of those added in that very microsecond at least the ones
 * fingerprinted in `boundary`. Asking again from one microsecond earlier and leaving those out misses nothing, whatever the ties.
 */
interface WalkCursor extends Cursor {
  readonly schema: 1;
  /** The server's `X-TAXII-Date-Added-Last`, verbatim. */
  readonly position: string;
  readonly boundary: readonly string[];
}

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
// Ties that fill this many pages are asked for again at the end of each walk; more is a server that turns in circles.
const mostBarrenPages = 1000;

/**
 * Walks one collection to its end (TAXII 2.1 §3.5): by `next` where the server gives one, else by `X-TAXII-Date-Added-Last` with an
 * overlap of one microsecond. A page that is short is no end; a page that brings nothing new while the position stands is.
 */
export function createTaxiiSource(options: TaxiiSourceOptions): Source {
  return {
    async *pages(from, signal) {
      let cursor = from === undefined ? undefined : readCursor(from, options.collection);
      let limit = options.pageSize;
      let next: string | undefined;
      // Stays the same while `next` is followed: a cursor goes with the parameters it was made for (TAXII 2.1 §3.5).
      let addedAfter = askAfter(cursor);
      let content: string | undefined;
      let barrenPages = 0;
      let restarts = 0;
      const identities = new Map<string, string>();

      for (;;) {
        signal.throwIfAborted();
        let answer: ObjectsAnswer;
        try {
          answer = await options.client.objects(options.collection.id, { addedAfter, limit, next }, signal);
        } catch (error) {
          if (next === undefined || restarts >= mostRestarts || !isCursorLoss(error)) throw error;
          restarts += 1;
          next = undefined;
          addedAfter = askAfter(cursor);
          options.log.warn("cursor_lost", "the feed's next cursor no longer works; going on from the position by date", {
            collection: options.collection.id,
            position: cursor?.position,
          });
          continue;
        }
        const step = readAnswer(answer, cursor, identities, options);
        if (step.isNew || step.hasAdvanced) {
          cursor = step.cursor;
          yield step.page;
        }
        if (step.isNew) restarts = 0;

        if (answer.next !== undefined) {
          // A server may keep one cursor for the whole walk: it is a loop only when the page is the same too.
          const isRepeated = answer.next === next && step.content === content;
          if (isRepeated && !step.isNew) throw loopError(options.collection, "the same next cursor and the same page again");
          barrenPages = step.isNew ? 0 : barrenPages + 1;
          if (barrenPages > mostBarrenPages) throw loopError(options.collection, `${barrenPages} pages in a row with nothing new`);
          next = answer.next;
          content = step.content;
          continue;
        }
        next = undefined;
        addedAfter = askAfter(cursor);
        if (step.isNew || step.hasAdvanced) {
          if (cursor !== undefined) continue;
          if (answer.more !== true && answer.objects.length < limit) return;
          throw loopError(options.collection, "there are more objects, but neither next nor X-TAXII-Date-Added-Last");
        }
        if (cursor === undefined || !(await isHiddenByTies(answer, cursor, limit, signal))) return;
        if (limit >= largestLimit) throw stalledError(options.collection, cursor);
        limit = Math.min(largestLimit, limit * 2);
      }
    },
  };

  function askAfter(cursor: WalkCursor | undefined): string {
    const microseconds = cursor === undefined ? undefined : toMicroseconds(cursor.position);
    return microseconds === undefined ? options.start : fromMicroseconds(microseconds - 1n);
  }

  /**
   * A page of nothing but known objects is the end, unless more objects share its date than fit into one answer. A server that says
   * `more` tells; for one that does not, unknown objects behind the date prove that the page was cut.
   */
  async function isHiddenByTies(answer: ObjectsAnswer, cursor: WalkCursor, limit: number, signal: AbortSignal): Promise<boolean> {
    if (answer.more !== undefined || answer.objects.length === 0) return answer.more === true && answer.objects.length > 0;
    if (answer.objects.length >= limit) return true;
    const behind = await options.client.objects(
      options.collection.id,
      { addedAfter: cursor.position, limit: options.pageSize },
      signal,
    );
    const known = new Set(cursor.boundary);
    return behind.objects.some((content) => !known.has(fingerprintOf(content)));
  }
}

interface Step {
  /** What the page held, known or not, to tell one page from another. */
  readonly content: string;
  readonly page: Page;
  readonly cursor: WalkCursor | undefined;
  readonly isNew: boolean;
  readonly hasAdvanced: boolean;
}

function readAnswer(
  answer: ObjectsAnswer,
  cursor: WalkCursor | undefined,
  identities: Map<string, string>,
  { collection, log, parse = parseStixObject }: TaxiiSourceOptions,
): Step {
  const known = new Set(cursor?.boundary);
  const fingerprints: string[] = [];
  const objects: StixObject[] = [];
  const unreadable: Rejected[] = [];
  for (const content of answer.objects) {
    const fingerprint = fingerprintOf(content);
    fingerprints.push(fingerprint);
    if (known.has(fingerprint)) continue;
    const parsed = parse(content);
    if (parsed.kind === "unreadable") unreadable.push({ reason: parsed.reason, content });
    else if (!isKnownIdentity(parsed.object, fingerprint, identities)) objects.push(parsed.object);
  }
  assertMostlyReadable(objects, unreadable, collection);

  const last = usableTime(answer.dateAddedLast, collection, log);
  const order = last === undefined || cursor === undefined ? undefined : compareTimes(last, cursor.position);
  if (order === -1 && objects.length > 0) {
    throw loopError(collection, `the position goes backwards, from ${cursor?.position} to ${last}; was the collection rebuilt?`);
  }
  const hasAdvanced = order === 1 || (cursor === undefined && last !== undefined);
  const advanced = nextCursor(cursor, last, hasAdvanced, fingerprints);
  return {
    content: fingerprints.join(),
    page: { objects, unreadable, repeated: answer.objects.length - objects.length - unreadable.length, cursor: advanced },
    cursor: advanced,
    isNew: objects.length + unreadable.length > 0,
    hasAdvanced,
  };
}

function nextCursor(
  cursor: WalkCursor | undefined,
  last: string | undefined,
  hasAdvanced: boolean,
  fingerprints: readonly string[],
): WalkCursor | undefined {
  if (hasAdvanced && last !== undefined) return { schema: 1, position: last, boundary: fingerprints };
  return cursor && { ...cursor, boundary: [...new Set([...cursor.boundary, ...fingerprints])] };
}

/** The feed puts its identity on every page: once is enough, until its content changes. */
function isKnownIdentity(object: StixObject, fingerprint: string, identities: Map<string, string>): boolean {
  if (object.type !== "identity") return false;
  const isKnown = identities.get(object.id) === fingerprint;
  identities.set(object.id, fingerprint);
  return isKnown;
}

/**
 * 72 bits that stand for one version of one object: (id, modified), or the content where that says nothing: an object without
 * `modified`, and an identity, whose `modified` is the time of the answer.
 */
function fingerprintOf(content: unknown): string {
  const object = (typeof content === "object" && content !== null ? content : {}) as Readonly<Record<string, unknown>>;
  const { type, id, modified } = object;
  const isVersioned = typeof id === "string" && typeof modified === "string" && type !== "identity";
  const version = isVersioned
    ? `${id}|${modified}`
    : canonicalJson(type === "identity" ? { ...object, modified: undefined } : content);
  return createHash("sha256").update(version).digest("base64url").slice(0, 12);
}

function usableTime(time: string | undefined, collection: Collection, log: Logger): string | undefined {
  if (time === undefined || toMicroseconds(time) !== undefined) return time;
  log.warn("date_added_unreadable", "X-TAXII-Date-Added-Last is not an RFC 3339 time; the position stays", {
    collection: collection.id,
    value: time,
  });
  return undefined;
}

function compareTimes(left: string, right: string): -1 | 0 | 1 {
  const difference = (toMicroseconds(left) ?? 0n) - (toMicroseconds(right) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const walkCursorSchema = z.object({ schema: z.literal(1), position: z.string(), boundary: z.array(z.string()) });

function readCursor(cursor: Cursor, collection: Collection): WalkCursor {
  const parsed = walkCursorSchema.safeParse(cursor);
  if (parsed.success && toMicroseconds(parsed.data.position) !== undefined) return parsed.data;
  throw new PositionError(`the saved position of collection ${collection.id} is damaged`, {
    remedy: "Remove the saved position to read again from feed.start (targets recognise what they already hold).",
  });
}

// One bad object goes to the dead letters; a page of them means that something else is wrong, and the position must not pass it.
const fewUnreadable = 10;

function assertMostlyReadable(objects: readonly unknown[], unreadable: readonly Rejected[], collection: Collection): void {
  if (unreadable.length < fewUnreadable || unreadable.length <= objects.length) return;
  throw new FeedError(
    `collection ${collection.id}: ${unreadable.length} of ${objects.length + unreadable.length} objects of a page are not STIX (${unreadable[0]?.reason})`,
    {
      remedy:
        "The feed's format may have changed: update the connector, or ask the feed's operator. The position stays before this page.",
    },
  );
}

function loopError(collection: Collection, reason: string): FeedError {
  return new FeedError(`collection ${collection.id}: the feed's paging does not lead on: ${reason}`, {
    remedy: "Run again; if it stays, report it to the feed's operator with this message. Nothing was skipped.",
  });
}

function stalledError(collection: Collection, cursor: WalkCursor): FeedError {
  return new FeedError(
    `collection ${collection.id}: more objects share the date ${cursor.position} than one answer of the feed holds, and it gives no next cursor`,
    { remedy: "Ask the feed's operator for a server with `next`. The position stays here, nothing was skipped." },
  );
}
