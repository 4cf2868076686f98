import type { Collection } from "./resources.ts";
import type { Step } from "./page.ts";
import { pagingError } from "./paging-error.ts";

// What is known may be asked for again, ties at the end of each walk for instance; this many pages beyond it are a circle.
const mostBarrenPages = 1000;

/**
 * Throws when the pages lead in a circle. A server may keep one cursor for the whole walk: it is a loop when the page is the same too.
 * `known` is how many objects an honest server may show once more.
 */
export function createLoopWatch(collection: Collection): (next: string | undefined, step: Step, known: number) => void {
  let last: { next: string | undefined; fingerprints: string } | undefined;
  let barrenPages = 0;
  return (next, { isNew, served }, known) => {
    const fingerprints = served.join();
    if (next !== undefined && !isNew && next === last?.next && fingerprints === last.fingerprints) {
      throw pagingError(collection, "the same next cursor and the same page again");
    }
    barrenPages = isNew ? 0 : barrenPages + 1;
    if (barrenPages > mostBarrenPages + known / Math.max(1, served.length))
      throw pagingError(collection, `${barrenPages} pages in a row with nothing new`);
    last = { next, fingerprints };
  };
}
