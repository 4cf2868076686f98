import type { Served, WalkCursor } from "./cursor.ts";
import { backBy, earlierOf, isBefore, laterOf } from "./time-order.ts";

/** One page, as far as a cursor is concerned. */
export interface Leg {
  /** It brings what was added after this time: what it was asked after, or just before the last date of the page before it. */
  readonly from: string;
  /** The page's last date, verbatim; undefined where the server gave none. */
  readonly until: string | undefined;
  /** Everything added before this time has been asked for: `until`, or the position where the page was empty. */
  readonly reached: string;
  /** Fingerprints of what the page showed, known or not. */
  readonly fingerprints: readonly string[];
  /** The server's clock when it answered, as RFC 3339; undefined where it does not tell. */
  readonly clock: string | undefined;
}

/** How long a server may take to publish an object behind its `date_added`, in microseconds. */
export type Overlap = bigint;

/** The cursor behind a page. `isShortened` says that more came within the overlap than a position holds. */
export interface Advance {
  readonly cursor: WalkCursor;
  readonly isShortened: boolean;
}

/** Where the walk stands behind a page; undefined as long as the server has given no date. Pure. */
export function advanceCursor(cursor: WalkCursor | undefined, leg: Leg, overlap: Overlap): Advance | undefined {
  const before = cursor ?? (leg.until === undefined ? undefined : startCursor(leg, leg.until));
  if (before === undefined) return undefined;
  const position = leg.until === undefined ? before.position : laterOf(before.position, leg.until);
  const { fingerprints } = leg;
  const page =
    leg.until === undefined
      ? { until: before.position, fingerprints, isUndated: true as const }
      : { until: leg.until, fingerprints };
  const served = remember(before.recent, page);
  const { settled, recent, forgotten, isShortened } = forget(served, settle(before.settled, leg, overlap), position);
  return { cursor: { ...before, position, settled, recent, witnesses: witnessed(before.witnesses, forgotten) }, isShortened };
}

function startCursor(leg: Leg, until: string): WalkCursor {
  const first = { until, fingerprints: leg.fingerprints.slice(0, mostWitnesses) };
  const none = { recent: [], witnesses: first.fingerprints.length === 0 ? [] : [first], identities: [] };
  return { schema: 2, position: until, mode: "backfill", settled: leg.from, ...none };
}

/**
 * What a server has published up to a time is complete once its clock is past that time by the overlap; the last date itself is not,
 * since a page may end among ties. It moves on only where nothing unsettled lies before the page.
 */
function settle(settled: string, { from, reached, clock }: Leg, overlap: Overlap): string {
  if (isBefore(settled, from)) return settled;
  return laterOf(settled, earlierOf(backBy(reached, 1n), backBy(clock ?? reached, overlap)));
}

/** An object stands with the latest page that showed it: a feed may add it once more under a later date. */
function remember(recent: readonly Served[], page: Served): readonly Served[] {
  const shown = new Set(page.fingerprints);
  const before: Served[] = [];
  const behind: Served[] = [];
  for (const group of recent) {
    if (isBefore(group.until, page.until)) before.push(without(group, shown));
    else {
      behind.push(group);
      for (const fingerprint of group.fingerprints) shown.delete(fingerprint);
    }
  }
  const [next] = behind;
  const fingerprints = [...shown];
  if (next !== undefined && !isBefore(page.until, next.until) && next.isUndated === page.isUndated) {
    behind[0] = fingerprints.length === 0 ? next : { ...next, fingerprints: [...next.fingerprints, ...fingerprints] };
  } else if (fingerprints.length > 0) behind.unshift({ ...page, fingerprints });
  return [...before.filter((group) => group.fingerprints.length > 0), ...behind];
}

function without(group: Served, left: ReadonlySet<string>): Served {
  const fingerprints = group.fingerprints.filter((fingerprint) => !left.has(fingerprint));
  return fingerprints.length === group.fingerprints.length ? group : { ...group, fingerprints };
}

// 300 KB in a saved position; a page that would exceed it shortens the overlap.
const mostRecent = 20_000;

/** Leaves out what is settled; where too much is not, the oldest of it counts as settled. */
function forget(served: readonly Served[], settled: string, position: string) {
  const isAtPosition = ({ until }: Served): boolean => !isBefore(until, position);
  let room = mostRecent;
  const oldest = served.findLast((page) => (room -= page.fingerprints.length) < 0 && !isAtPosition(page));
  const settledNow = oldest === undefined ? settled : laterOf(settled, oldest.until);
  const isKept = (page: Served): boolean => isAtPosition(page) || isBefore(settledNow, page.until);
  return {
    settled: settledNow,
    recent: served.filter(isKept),
    forgotten: served.filter((page) => !isKept(page)),
    isShortened: isBefore(settled, settledNow),
  };
}

// Several of the first page, and one each of the latest pages.
const mostWitnesses = 8;

function witnessed(witnesses: readonly Served[], forgotten: readonly Served[]): readonly Served[] {
  const [first, ...later] = witnesses;
  const dated = forgotten.filter(({ isUndated }) => isUndated !== true);
  const added = dated.map(({ until, fingerprints }) => ({ until, fingerprints: fingerprints.slice(-1) }));
  if (first === undefined) return added.slice(-mostWitnesses);
  return added.length === 0 ? witnesses : [first, ...[...later, ...added].slice(-mostWitnesses)];
}
