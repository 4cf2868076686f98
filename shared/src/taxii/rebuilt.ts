import { commandWords } from "../errors/host-words.ts";
import { RebuiltError } from "../errors/rebuilt-error.ts";
import type { Logger } from "../log/logger.ts";
import type { ObjectsAnswer, WalkClient } from "./client.ts";
import type { Collection } from "./resources.ts";
import type { Served, WalkCursor } from "./cursor.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { isIdentity, type Step } from "./page.ts";
import { backBy, isBefore } from "./time-order.ts";

export interface RebuildWatchOptions {
  readonly client: WalkClient;
  readonly collection: Collection;
  readonly start: string;
  readonly pageSize: number;
  readonly log: Logger;
}

/**
 * Recognises a collection that was rebuilt since the position was saved: going on could miss what was put back under an older date, or
 * deliver everything again. Both methods throw RebuiltError then.
 */
export interface RebuildWatch {
  /** Called for every page before it is delivered. */
  see(answer: ObjectsAnswer, step: Step): void;
  /** Called at the end of the collection. Asks the server only when nothing that was known came back. */
  confirmEnd(signal: AbortSignal): Promise<void>;
}

// One or two objects may have been added once more for reasons of their own.
const enoughMoved = 3;

export function createRebuildWatch(options: RebuildWatchOptions, from: WalkCursor | undefined): RebuildWatch {
  const { client, collection, start, pageSize, log } = options;
  const dated = [...(from?.recent ?? []), ...(from?.witnesses ?? [])].filter(({ isUndated }) => isUndated !== true);
  const known = new Set(dated.flatMap(({ fingerprints }) => fingerprints));
  const moved = new Set<string>();
  let isAnythingThere = false;

  return {
    see({ dateAddedFirst }, { served, isNew, reached }) {
      if (from === undefined) return;
      const again = served.filter((fingerprint) => known.has(fingerprint));
      isAnythingThere ||= isNew || again.length > 0 || reached === from.position;
      if (dateAddedFirst === undefined || !isBefore(from.position, dateAddedFirst)) return;
      for (const fingerprint of again) moved.add(fingerprint);
      if (moved.size >= enoughMoved) throw rebuilt(collection, from, "objects already delivered were added anew");
    },
    async confirmEnd(signal) {
      if (from === undefined || isAnythingThere) return;
      for (const addedAfter of [probeAfter(from.witnesses), start]) {
        if (addedAfter === undefined) continue;
        const { objects } = await client.objects(collection.id, { addedAfter, limit: pageSize }, signal);
        const others = objects.filter((content) => !isIdentity(content));
        if (others.some((content) => known.has(fingerprintOf(content)))) break;
        if (others.length > 0) throw rebuilt(collection, from, "nothing of what was delivered last is there any more");
      }
      log.warn("newest_objects_gone", "the objects the position stands at were removed from the feed; nothing newer is there yet", {
        collection: collection.id,
        position: from.position,
      });
    },
  };
}

/** Just before the oldest of the later witnesses; the first page may be out of the feed's look-back by now. */
function probeAfter([, earliest]: readonly Served[]): string | undefined {
  return earliest && backBy(earliest.until, 1n);
}

function rebuilt(collection: Collection, { position }: WalkCursor, reason: string): RebuiltError {
  return new RebuiltError(`collection ${collection.id} seems to have been rebuilt since ${position}: ${reason}`, {
    remedy: `Ask the feed's operator; if it was rebuilt, ${commandWords.acceptReset} to read it again from feed.start (targets recognise what they already hold).`,
  });
}
