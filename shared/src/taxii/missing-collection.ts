import { FeedError } from "../errors/feed-error.ts";
import { clean } from "../log/clean.ts";
import type { Collection } from "./resources.ts";

/**
 * What a collection's 404 means once the feed's list has been read again. Servers answer 404 for what is gone and for what a key may
 * not see (TAXII 2.1 §5.4); a rebuilt collection comes back under a new id with its old title. `answered` is the 404 itself, which
 * stands where the collection is still listed.
 */
export function missingCollection(
  { id, title }: Pick<Collection, "id" | "title">,
  listed: readonly Collection[],
  answered: FeedError,
): FeedError {
  if (listed.some((collection) => collection.id === id || collection.alias === id)) return answered;
  const successor = title === "" ? undefined : listed.find((collection) => collection.title === title);
  return new FeedError(`collection ${clean(id, 100)}: gone or not permitted: the feed answers 404 and lists it no longer`, {
    remedy:
      successor === undefined
        ? "Ask the feed's operator whether it was removed or the key lost it. The position is kept: if it comes back, the walk goes on."
        : `${clean(successor.id, 100)} has the same title: name it in feed.collections if it is the successor; it is read from feed.start. The position of the old one is kept.`,
    status: 404,
    cause: answered,
  });
}
