import { FeedError } from "../errors/feed-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Page, Rejected } from "../pipeline/contract.ts";
import { parseStixObject, type Parsed, type StixObject } from "../stix/object.ts";
import { toMicroseconds } from "../stix/timestamp.ts";
import type { Collection, ObjectsAnswer } from "./client.ts";
import { advanceCursor, compareToCursor, fingerprintOf, type WalkCursor } from "./cursor.ts";
import { pagingError } from "./paging-error.ts";

/** One answer of the feed, read against what the walk already knows. */
export interface Step {
  readonly page: Page;
  /** Where the walk stands behind this page. */
  readonly cursor: WalkCursor | undefined;
  /** Whether the page brought anything that earlier ones had not. */
  readonly isNew: boolean;
  readonly hasAdvanced: boolean;
  /** What the page held, known or not, to tell one page from another. */
  readonly content: string;
}

export interface PageReaderOptions {
  readonly collection: Collection;
  readonly log: Logger;
  /** How one served object is read. Default {@link parseStixObject}. */
  readonly parse?: ((content: unknown) => Parsed) | undefined;
}

/**
 * Reads the answers of one walk in turn. Objects the cursor knows are left out, an identity comes again only when its content changed.
 * Throws FeedError when the position goes backwards or most of a page is not STIX.
 */
export function createPageReader({ collection, log, parse = parseStixObject }: PageReaderOptions) {
  const identities = new Map<string, string>();

  return (answer: ObjectsAnswer, cursor: WalkCursor | undefined): Step => {
    const known = new Set(cursor?.boundary);
    const fingerprints: string[] = [];
    const objects: StixObject[] = [];
    const unreadable: Rejected[] = [];
    for (const content of answer.objects) {
      const isDeep = isDeeperThan(deepest, content);
      const fingerprint = fingerprintOf(isDeep ? outline(content) : content);
      fingerprints.push(fingerprint);
      if (known.has(fingerprint)) continue;
      // The same version twice on one page is once.
      known.add(fingerprint);
      if (isDeep) {
        unreadable.push({ reason: `not a STIX object: nested deeper than ${deepest} levels`, content: outline(content) });
        continue;
      }
      const parsed = parse(content);
      if (parsed.kind === "unreadable") unreadable.push({ reason: parsed.reason, content });
      else if (!isKnownIdentity(parsed.object, fingerprint)) objects.push(parsed.object);
    }
    assertMostlyReadable(objects, unreadable, collection);

    // The header speaks of the objects served; on a page of nothing but the feed's identity there is nothing it could mean.
    const last = answer.objects.every(isIdentity) ? undefined : usableTime(answer.dateAddedLast);
    const order = last === undefined || cursor === undefined ? undefined : compareToCursor(last, cursor);
    if (order === -1 && objects.length > 0) {
      throw pagingError(
        collection,
        `the position goes backwards, from ${cursor?.position} to ${last}; was the collection rebuilt?`,
      );
    }
    const hasAdvanced = last !== undefined && (cursor === undefined || order === 1);
    const advanced = advanceCursor(cursor, hasAdvanced ? last : undefined, fingerprints);
    const repeated = answer.objects.length - objects.length - unreadable.length;
    return {
      page: { objects, unreadable, repeated, cursor: advanced },
      cursor: advanced,
      isNew: objects.length + unreadable.length > 0,
      hasAdvanced,
      content: fingerprints.join(),
    };
  };

  /** The feed puts its identity on every page: once is enough, until its content changes. */
  function isKnownIdentity(object: StixObject, fingerprint: string): boolean {
    if (object.type !== "identity") return false;
    const isKnown = identities.get(object.id) === fingerprint;
    identities.set(object.id, fingerprint);
    return isKnown;
  }

  function usableTime(time: string | undefined): string | undefined {
    if (time === undefined || toMicroseconds(time) !== undefined) return time;
    log.warn("date_added_unreadable", "X-TAXII-Date-Added-Last is not an RFC 3339 time; the position stays", {
      collection: collection.id,
      value: time,
    });
    return undefined;
  }
}

// A bad object goes to the dead letters; a page of them means that something else is wrong, and the position must not pass it.
const fewUnreadable = 10;

function assertMostlyReadable(objects: readonly unknown[], unreadable: readonly Rejected[], collection: Collection): void {
  const isMost = unreadable.length >= fewUnreadable && unreadable.length > objects.length;
  const isAll = unreadable.length >= 2 && objects.every(isIdentity);
  if (!isMost && !isAll) return;
  const total = objects.length + unreadable.length;
  throw new FeedError(
    `collection ${collection.id}: ${unreadable.length} of ${total} objects of a page are not STIX (${unreadable[0]?.reason})`,
    {
      remedy:
        "The feed's format may have changed: update the connector, or ask the feed's operator. The position stays before this page.",
    },
  );
}

/** The feed's own identity, or another: what comes with objects and is none of those asked for. */
export function isIdentity(content: unknown): boolean {
  return typeof content === "object" && content !== null && "type" in content && content.type === "identity";
}

// STIX objects nest a handful of levels; what is far deeper breaks every serialiser on its way to a target.
const deepest = 64;

function isDeeperThan(levels: number, content: unknown): boolean {
  if (typeof content !== "object" || content === null) return false;
  return levels === 0 || Object.values(content).some((member) => isDeeperThan(levels - 1, member));
}

/** The outermost members alone, enough to find the object at the feed. */
function outline(content: unknown): unknown {
  return Object.fromEntries(
    Object.entries(content as object).map(([key, member]: [string, unknown]) => [key, typeof member === "object" ? "…" : member]),
  );
}
