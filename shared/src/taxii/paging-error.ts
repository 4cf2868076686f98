import { FeedError } from "../errors/feed-error.ts";
import type { Collection } from "./resources.ts";

/** The server's answers do not lead to the end of the collection: going on would loop or pass over objects. */
export function pagingError(collection: Collection, reason: string): FeedError {
  return new FeedError(`collection ${collection.id}: the feed's paging does not lead on: ${reason}`, {
    remedy: "Run again; if it stays, report it to the feed's operator with this message. Nothing was skipped.",
  });
}
