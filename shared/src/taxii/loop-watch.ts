import type { Collection } from "./resources.ts";
import type { Step } from "./page.ts";
import { pagingError } from "./paging-error.ts";

// Ties that fill this many pages are asked for again at the end of each walk; more is a server that turns in circles.
const mostBarrenPages = 1000;

/** Throws when the pages lead in a circle. A server may keep one cursor for the whole walk: it is a loop when the page is the same too. */
export function createLoopWatch(collection: Collection): (next: string | undefined, step: Step) => void {
  let last: { next: string | undefined; fingerprints: string } | undefined;
  let barrenPages = 0;
  return (next, { isNew, served }) => {
    const fingerprints = served.join();
    if (next !== undefined && !isNew && next === last?.next && fingerprints === last.fingerprints) {
      throw pagingError(collection, "the same next cursor and the same page again");
    }
    barrenPages = isNew ? 0 : barrenPages + 1;
    if (barrenPages > mostBarrenPages) throw pagingError(collection, `${barrenPages} pages in a row with nothing new`);
    last = { next, fingerprints };
  };
}
