import type { Logger } from "../log/logger.ts";
import type { ObjectsAnswer, WalkClient } from "./client.ts";
import type { Collection } from "./resources.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { isIdentity } from "./page.ts";

export interface EndOfDataOptions {
  readonly client: WalkClient;
  readonly collection: Collection;
  readonly log: Logger;
}

export interface LastPage {
  readonly answer: ObjectsAnswer;
  /** The date the walk has come to. */
  readonly reached: string;
  readonly known: ReadonlySet<string>;
}

// TAXII servers commonly send 100 objects where nothing else is agreed.
const smallestServerLimit = 100;

/**
 * A page of nothing but known objects is the end, unless more objects share its date than fit into one answer. A server that says
 * `more` tells; for one that does not, unknown objects behind the date prove that the page was cut.
 */
export async function isHiddenByTies(
  { client, collection, log }: EndOfDataOptions,
  { answer, reached, known }: LastPage,
  signal: AbortSignal,
): Promise<boolean> {
  if (answer.more !== undefined || answer.objects.length === 0) return answer.more === true;
  if (answer.objects.length >= answer.limit) return true;
  const behind = await client.objects(collection.id, { addedAfter: reached, limit: answer.limit }, signal);
  const hasUnknown = behind.objects.some((content) => !isIdentity(content) && !known.has(fingerprintOf(content)));
  if (!hasUnknown && behind.objects.length >= smallestServerLimit && behind.objects.length >= answer.objects.length) {
    log.warn(
      "coarse_position",
      "the feed's dates are finer than the position it gives, so ties it may have cut off cannot be told from the end",
      { collection: collection.id, position: reached },
    );
  }
  return hasUnknown;
}
