import { FeedError } from "../errors/feed-error.ts";
import { shareRequest, type SharedRequest } from "../http/shared-request.ts";
import type { ObjectsAnswer, ObjectsQuery, TaxiiClient, WalkClient } from "./client.ts";
import type { Collection } from "./resources.ts";

/** What the walks of several targets ask a feed, each thing once. */
export interface SharedPages {
  collections(signal: AbortSignal): Promise<readonly Collection[]>;
  /** The client of one walk; each walk has its own. */
  walk(): WalkClient;
}

/** An answer, and the one that its `next` led to: "lost" where that had to make room. Only walks that got the answer know of it. */
interface Place {
  readonly request: SharedRequest<ObjectsAnswer>;
  readers: number;
  /** Of the answer, in characters; 0 until it is there. */
  size: number;
  following?: Place | "lost";
}

/** How long an answer is taken for what the feed would say now, in milliseconds: its own cache holds as long. */
export const sharedForMs = 60_000;
// A walk holds two anyway. Pages of 1,000 objects are about a megabyte each, but a feed may send sixty times that.
const mostKept = 8;
const mostCharacters = 16_000_000;

/**
 * Answers walks that stand at the same position with the same pages. Whoever comes first asks; the others get that answer while it is on
 * its way and for a minute after. Nobody waits for anybody: who falls behind what is kept asks for itself. A `next` cursor is never sent
 * twice, since some servers use it up: where its answer is gone, the cursor counts as lost, and the walk goes on by date.
 */
export function sharePages(client: Pick<TaxiiClient, "collections" | "objects">): SharedPages {
  const entries = new Map<string, Place>();
  const kept = new Map<Place, () => void>();
  let listing: SharedRequest<readonly Collection[]> | undefined;

  /** Sends the request; `forget` is called when its answer has to make room. What is on its way is not forgotten, however long it takes. */
  function open(id: string, query: ObjectsQuery, forget: () => void): Place {
    const request = shareRequest(async (signal) => {
      try {
        const answer = await client.objects(id, query, signal);
        place.size = answer.size ?? 0;
        return answer;
      } finally {
        keep(place, forget);
      }
    });
    const place: Place = { request, readers: 0, size: 0 };
    return place;
  }

  function keep(place: Place, forget: () => void): void {
    const timer = setTimeout(() => drop(place), sharedForMs).unref();
    kept.set(place, () => {
      clearTimeout(timer);
      forget();
    });
    let total = [...kept.keys()].reduce((sum, { size }) => sum + size, 0);
    for (const oldest of kept.keys()) {
      if (oldest === place || (kept.size <= mostKept && total <= mostCharacters)) return;
      total -= oldest.size;
      drop(oldest);
    }
  }

  function drop(place: Place): void {
    kept.get(place)?.();
    kept.delete(place);
  }

  function enter(id: string, query: ObjectsQuery): Place {
    const key = JSON.stringify([id, query.addedAfter, query.limit]);
    const known = entries.get(key);
    if (known?.request.hasFailed() === false && !isDeadEnd(known)) return known;
    const place = open(id, query, () => entries.get(key) === place && entries.delete(key));
    entries.set(key, place);
    return place;
  }

  function follow(before: Place, id: string, query: ObjectsQuery): Place {
    const { following: known } = before;
    if (known === "lost" || isDeadEnd(before)) throw usedUp(id);
    return known ?? (before.following = open(id, query, () => (before.following = "lost")));
  }

  function walk(): WalkClient {
    let last: { readonly place: Place; readonly next: string | undefined } | undefined;
    return {
      async objects(id, query, signal) {
        const before = last;
        last = undefined;
        if (query.next !== undefined && before?.next !== query.next) return client.objects(id, query, signal);
        const place = query.next === undefined || before === undefined ? enter(id, query) : follow(before.place, id, query);
        const isFirst = place.readers === 0;
        place.readers += 1;
        const answer = await place.request.join(signal);
        // Without dates there is no way on for who loses the cursor: it belongs to one walk. Behind a page with dates there is.
        const isLostForGood = query.next === undefined && answer.next !== undefined && answer.dateAddedLast === undefined;
        if (!isFirst && isLostForGood) return client.objects(id, query, signal);
        last = { place, next: answer.next };
        return answer;
      },
    };
  }

  return {
    walk,
    collections(signal) {
      if (listing === undefined || listing.hasFailed()) {
        const opened = shareRequest((shared) => client.collections(shared));
        listing = opened;
        // A later one has a minute of its own.
        setTimeout(() => listing === opened && (listing = undefined), sharedForMs).unref();
      }
      return listing.join(signal);
    },
  };
}

/** Whoever enters there loses the cursor behind it, also when starting over. */
function isDeadEnd({ following }: Place): boolean {
  return following === "lost" || following?.request.hasFailed() === true;
}

function usedUp(collection: string): FeedError {
  return new FeedError(
    `collection ${collection}: the next cursor was followed for another target, and its answer is no longer kept`,
    {
      status: 400,
      remedy: "Nothing has to be done: the walk goes on by date.",
    },
  );
}
