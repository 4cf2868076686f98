import { FeedError } from "../errors/feed-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Page, Rejected } from "../pipeline/contract.ts";
import { isTooDeep, outline } from "../stix/depth.ts";
import { parseStixObject, type Parsed, type StixObject } from "../stix/object.ts";
import { toMicroseconds } from "../stix/timestamp.ts";
import { advanceCursor, type Overlap } from "./advance.ts";
import type { ObjectsAnswer } from "./client.ts";
import type { Collection } from "./resources.ts";
import type { WalkCursor } from "./cursor.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { pagingError } from "./paging-error.ts";
import { backBy, isBefore } from "./time-order.ts";

/** Where a walk is: what is saved so far, what this page was asked after, and the last date this walk itself has come to. */
export interface Place {
  readonly cursor: WalkCursor | undefined;
  readonly addedAfter: string;
  readonly reached: string | undefined;
}

/** One answer of the feed, read against what the walk already knows. */
export interface Step {
  readonly page: Page;
  /** What may be saved behind this page. */
  readonly cursor: WalkCursor | undefined;
  /** The last date this walk has come to. */
  readonly reached: string | undefined;
  /** Whether the page brought anything that earlier ones had not. */
  readonly isNew: boolean;
  /** Whether the walk has come further in time, so that asking from there is another question. */
  readonly hasAdvanced: boolean;
  /** Fingerprints of what the page held, known or not, without the feed's identity. */
  readonly served: readonly string[];
}

export interface PageReaderOptions {
  readonly collection: Collection;
  readonly log: Logger;
  readonly overlap: Overlap;
  /** How one served object is read. Default {@link parseStixObject}. */
  readonly parse?: ((content: unknown) => Parsed) | undefined;
}

/**
 * Reads the answers of one walk in turn. Objects the cursor knows are left out, an identity comes again only when its content changed.
 * Throws FeedError when the position goes backwards or most of a page is not STIX.
 */
export function createPageReader(options: PageReaderOptions, from: WalkCursor | undefined) {
  const { collection, log, overlap, parse = parseStixObject } = options;
  const identities = new Map(from?.identities);
  // Made anew only when the cursor forgets: ties may be many more than a page.
  let known = fingerprintsOf(from);

  return (answer: ObjectsAnswer, { cursor, addedAfter, reached }: Place): Step => {
    if (cursor === undefined || countOf(cursor) !== known.size) known = fingerprintsOf(cursor);
    const served: string[] = [];
    const objects: StixObject[] = [];
    const unreadable: Rejected[] = [];
    for (const content of answer.objects) {
      const fingerprint = fingerprintOf(content);
      if (isIdentity(content)) {
        if (isKnownIdentity(content, fingerprint)) continue;
      } else {
        served.push(fingerprint);
        if (known.has(fingerprint)) continue;
        // The same version twice on one page is once.
        known.add(fingerprint);
      }
      const parsed = readObject(content, parse);
      if (parsed.kind === "object") objects.push(parsed.object);
      else unreadable.push({ reason: parsed.reason, content: isTooDeep(content) ? outline(content) : content });
    }
    assertMostlyReadable(objects, unreadable, collection);

    // The header speaks of the objects served; on a page of nothing but the feed's identity there is nothing it could mean.
    const isNew = objects.length + unreadable.length > 0;
    const isEmpty = answer.objects.every(isIdentity);
    const until = isEmpty ? undefined : lastDate(answer);
    if (until !== undefined && reached !== undefined && isBefore(until, reached) && isNew) {
      throw pagingError(collection, `the position goes backwards, from ${reached} to ${until}; was the collection rebuilt?`);
    }
    const after = reached === undefined ? addedAfter : backBy(reached, 1n);
    const end = isEmpty ? cursor?.position : undefined;
    const leg = { from: after, until, reached: until ?? end ?? after, fingerprints: served, clock: answer.clock };
    const advanced = advanceCursor(cursor, leg, overlap);
    if (advanced?.isShortened === true) warnOfShortOverlap(advanced.cursor);
    const behind = advanced && { ...advanced.cursor, identities: [...identities].slice(-mostIdentities) };
    const isFurther = until !== undefined && (reached === undefined || isBefore(reached, until));
    return {
      page: { objects, unreadable, repeated: answer.objects.length - objects.length - unreadable.length, cursor: behind },
      cursor: behind,
      reached: isFurther ? until : reached,
      isNew,
      hasAdvanced: isFurther && isBefore(addedAfter, backBy(until, 1n)),
      served,
    };
  };

  /** The feed puts its identity on every page: once is enough, until its content changes. */
  function isKnownIdentity({ id }: { readonly id: string }, fingerprint: string): boolean {
    const isKnown = identities.get(id) === fingerprint;
    identities.set(id, fingerprint);
    return isKnown;
  }

  function warnOfShortOverlap({ settled }: WalkCursor): void {
    log.warn(
      "overlap_shortened",
      "more objects came lately than a position holds; what appears late among the older ones is missed",
      {
        collection: collection.id,
        settled,
      },
    );
  }

  /** The page's last date, where it can be one. */
  function lastDate(answer: ObjectsAnswer): string | undefined {
    const { dateAddedLast: last } = answer;
    const reason = last === undefined ? undefined : whyUnusable(last, answer);
    if (reason === undefined) return last;
    log.warn("date_added_unreadable", `X-TAXII-Date-Added-Last ${reason}; the position stays`, {
      collection: collection.id,
      value: last,
    });
    return undefined;
  }
}

const countOf = ({ recent }: WalkCursor): number => recent.reduce((sum, { fingerprints }) => sum + fingerprints.length, 0);

const fingerprintsOf = (cursor: WalkCursor | undefined): Set<string> =>
  new Set(cursor?.recent.flatMap(({ fingerprints }) => fingerprints));

const dayMicroseconds = 24n * 3600n * 1_000_000n;

function whyUnusable(last: string, { dateAddedFirst: first, clock }: ObjectsAnswer): string | undefined {
  if (toMicroseconds(last) === undefined) return "is not an RFC 3339 time";
  if (first !== undefined && toMicroseconds(first) !== undefined && isBefore(last, first)) {
    return "lies before X-TAXII-Date-Added-First";
  }
  // Clocks of two machines differ by minutes, not by days.
  return clock !== undefined && isBefore(backBy(clock, -dayMicroseconds), last) ? "lies ahead of the feed's own clock" : undefined;
}

// A feed has one of its own; what else it serves of them is content, and new to a target at most once more.
const mostIdentities = 64;

// A bad object goes to the dead letters; a page of them means that something else is wrong, and the position must not pass it.
const fewUnreadable = 10;

function assertMostlyReadable(objects: readonly unknown[], unreadable: readonly Rejected[], collection: Collection): void {
  if (unreadable.length < fewUnreadable || unreadable.length <= objects.length) return;
  const total = objects.length + unreadable.length;
  throw new FeedError(
    `collection ${collection.id}: ${unreadable.length} of ${total} objects of a page are not STIX (${unreadable[0]?.reason})`,
    {
      remedy:
        "The feed's format may have changed: update the connector, or ask the feed's operator. The position stays before this page.",
    },
  );
}

/** A content that nobody foresaw is one bad object, not the end of the walk. */
function readObject(content: unknown, parse: (content: unknown) => Parsed): Parsed {
  try {
    return parse(content);
  } catch (error) {
    return { kind: "unreadable", reason: `not a STIX object: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The feed's own identity, or another: what comes with objects and is none of those asked for. */
export function isIdentity(content: unknown): content is { readonly type: "identity"; readonly id: string } {
  if (typeof content !== "object" || content === null) return false;
  const { type, id } = content as { readonly type?: unknown; readonly id?: unknown };
  return type === "identity" && typeof id === "string";
}
