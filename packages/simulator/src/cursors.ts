import type { Behaviour } from "./behaviour.ts";
import type { FeedRecord } from "./records.ts";

/** Some records of a walk, and the cursor that leads to those behind them; undefined on the last page. */
export interface Slice {
  readonly page: readonly FeedRecord[];
  readonly next: string | undefined;
}

export interface Walk {
  /** What the request matches, in the feed's order. */
  readonly matching: readonly FeedRecord[];
  readonly size: number;
  /** The parameters a cursor is bound to (TAXII 2.1 §3.5). */
  readonly parameters: string;
  readonly now: number;
}

interface Session {
  readonly parameters: string;
  rest: readonly FeedRecord[];
}

/**
 * The cursors of a feed. Stateless ones carry the place of their page; popped ones take it off a list that the server keeps, as the
 * OASIS reference server does, so that asking twice gives the page after it.
 */
export function createCursors({
  next: kind,
  cursorRequests,
  cursorSeconds,
  moreTooOften,
}: Behaviour): (cursor: string | undefined, walk: Walk) => Slice | undefined {
  const sessions = new Map<string, Session>();
  // When the walk began that a cursor belongs to: a server forgets walks, not single cursors.
  const begun = new Map<string, { request: number; time: number }>();
  let requests = 0;

  /** The page a cursor leads to, or the first one; undefined for a cursor that is unknown, expired or made for other parameters. */
  return (cursor: string | undefined, walk: Walk): Slice | undefined => {
    requests += 1;
    const birth = (cursor !== undefined && begun.get(cursor)) || { request: requests, time: walk.now };
    if (isExpired(birth, walk.now)) return undefined;
    const slice = kind === "popped" || kind === "one-for-all" ? pop(cursor, walk) : sliceAt(cursor, walk);
    if (slice?.next !== undefined) begun.set(slice.next, birth);
    return slice;
  };

  function isExpired(birth: { request: number; time: number }, now: number): boolean {
    if (cursorRequests > 0 && requests - birth.request > cursorRequests) return true;
    return cursorSeconds > 0 && now - birth.time > cursorSeconds * 1000;
  }

  function pop(cursor: string | undefined, { matching, size, parameters }: Walk): Slice | undefined {
    const id = cursor?.split(".")[0] ?? `walk${sessions.size + 1}`;
    if (cursor === undefined) sessions.set(id, { parameters, rest: matching });
    const session = sessions.get(id);
    if (session === undefined || session.parameters !== parameters) return undefined;
    const page = session.rest.slice(0, size);
    session.rest = session.rest.slice(size);
    const hasMore = session.rest.length > 0 || (moreTooOften && page.length === size);
    return { page, next: !hasMore ? undefined : kind === "popped" ? `${id}.${session.rest.length}` : id };
  }

  function sliceAt(cursor: string | undefined, { matching, size, parameters }: Walk): Slice | undefined {
    const first = cursor === undefined ? 0 : readCursor(cursor, parameters);
    if (first === undefined) return undefined;
    const end = first + size;
    const page = matching.slice(first, end);
    const hasMore = matching.length > end || (moreTooOften && page.length === size);
    return { page, next: hasMore ? writeCursor(end, parameters) : undefined };
  }
}

const writeCursor = (place: number, parameters: string): string => Buffer.from(`${place} ${parameters}`).toString("base64url");

function readCursor(cursor: string, parameters: string): number | undefined {
  const [, place, madeFor] = /^(\d+) (.*)$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  return madeFor === parameters ? Number(place) : undefined;
}
