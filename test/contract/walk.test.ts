import type { Cursor } from "@socdefenders/shared";
import type { BehaviourOptions, Fault, FaultKind, FeedRecord } from "@socdefenders/simulator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { indicatorIds, openSimulated, recordsInGroups, sortedIds, walk, type OpenedFeed } from "./feed.ts";

/** Faults that pass: answers that get lost on the way, which a cursor may be used up by, and others. */
const lost: readonly FaultKind[] = ["cut-gzip", "cut-body", "reset-before-head", "reset-in-body", "html"];
const others: readonly FaultKind[] = [
  "bad-request",
  "too-many-requests",
  "server-error",
  "unavailable",
  "html-error",
  "redirect-loop",
  "stale",
  "empty-page",
  "last-backwards",
  "no-date-headers",
];
const lastFault = 12;
// More in a night: WALK_RUNS=5000 and --testTimeout=600000.
const runs = Number(process.env["WALK_RUNS"] ?? 300);
const precisions = ["microsecond", "millisecond", "second"] as const;

const faults = fc.array(
  fc.record({
    kind: fc.oneof(fc.constantFrom(...lost), fc.constantFrom(...others)),
    when: fc.record({ numbers: fc.uniqueArray(fc.integer({ min: 1, max: lastFault }), { minLength: 1, maxLength: 3 }) }),
    where: fc.constantFrom("objects", "any"),
  }) as fc.Arbitrary<Fault>,
  { maxLength: 3 },
);

const behaviours = fc.record({
  container: fc.constantFrom("bundle", "envelope"),
  bundleWithMore: fc.boolean(),
  next: fc.constantFrom("stateless", "none", "popped", "popped", "one-for-all"),
  cursorRequests: fc.constantFrom(0, 0, 0, 3),
  moreTooOften: fc.boolean(),
  datePrecision: fc.constantFrom(...precisions),
  headerPrecision: fc.constantFrom(...precisions),
  dateHeaders: fc.constantFrom("rfc3339", "rfc3339", "rfc3339", "none", "mitre"),
  identity: fc.constantFrom("first", "absent"),
  identityCounts: fc.boolean(),
  identityId: fc.constantFrom("uuid", "name"),
  identityDates: fc.constantFrom("answer", "fixed", "none"),
  indicatorDates: fc.constantFrom("recorded", "seconds", "none"),
  collections: fc.constantFrom("vendor", "uuid"),
  largestLimit: fc.constantFrom(0, 0, 300),
  gzip: fc.boolean(),
  errorBody: fc.constantFrom("vendor", "taxii", "html"),
  contentType: fc.constantFrom("taxii", "json"),
  retryAfter: fc.constantFrom("none", "seconds"),
  retryAfterSeconds: fc.constant(0),
}) as fc.Arbitrary<Required<BehaviourOptions>>;

const scenarios = fc.record({
  behaviour: behaviours,
  faults,
  groups: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 10, size: "max" }),
  stepMicroseconds: fc.constantFrom(1, 400, 1000, 300_000, 1_000_000),
  /** Records on a page beyond what ties need. */
  room: fc.integer({ min: 1, max: 8 }),
  pageSize: fc.constantFrom(10, 100, 1000),
  /** How many records are there from the start; the others are added a few at a time while it runs. */
  early: fc.constantFrom(1, 1, 0.7, 0.3, 0),
  /** After how many pages each of the first runs is interrupted, if at all. */
  interrupts: fc.array(fc.constantFrom(1, 2, 4, undefined), { maxLength: 4 }),
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer Value> ? Value : never;

test("whatever the feed does and wherever runs are interrupted: what was served is delivered, once, and the position is never ahead", async () => {
  await fc.assert(fc.asyncProperty(scenarios, holds), {
    numRuns: runs,
    // Ends the search for a smaller counterexample before the test's own time is over and hides it.
    interruptAfterTimeLimit: runs * 35,
  });
});

async function holds(scenario: Scenario): Promise<void> {
  const all = recordsInGroups(scenario.groups, scenario.stepMicroseconds);
  const records = all.slice(0, Math.floor(all.length * scenario.early));
  const behaviour = walkable(scenario, all);
  const opened = await openSimulated(
    { ...behaviour, records, faults: scenario.faults },
    {
      page_size: behaviour.cursorRequests === 0 ? scenario.pageSize : Math.max(100, scenario.pageSize),
    },
  );
  try {
    const delivered = await deliverAll(opened, scenario, behaviour, all, records);
    const counted = mayRepeat(behaviour, scenario.faults) ? [...new Set(delivered)] : delivered;
    expect(counted.toSorted()).toEqual(sortedIds(all));
  } finally {
    await opened.close();
  }
}

/** Runs until a run that no fault can hit any more has come to its end. */
async function deliverAll(
  opened: OpenedFeed,
  { interrupts }: Scenario,
  behaviour: BehaviourOptions,
  all: readonly FeedRecord[],
  records: FeedRecord[],
): Promise<string[]> {
  const delivered: string[] = [];
  let cursor: Cursor | undefined;
  for (let run = 0; run < 60; run += 1) {
    const asked = objectsRequests(opened);
    const requests = opened.server.requests();
    const isLate = asked >= lastFault && records.length === all.length;
    const walked = await walk(opened, {
      from: cursor,
      pages: interrupts[run],
      onPage: (page) => {
        delivered.push(...indicatorIds(page));
        if (page.cursor !== undefined) expectBehind(page.cursor.position, records, behaviour, delivered);
        records.push(...all.slice(records.length, records.length + 3));
      },
    });
    if (walked.error !== undefined) expect(walked.error).toMatchObject({ name: "FeedError" });
    if (isLate) expect(walked.error).toBeUndefined();
    expect(opened.server.requests() - requests).toBeLessThan(300);
    cursor = walked.cursor;
    records.push(...all.slice(records.length, records.length + 3));
    if (isLate && interrupts[run] === undefined) return delivered;
  }
  throw new Error("never came to an end");
}

const objectsRequests = ({ seen }: OpenedFeed): number => seen.filter(({ path }) => path.endsWith("/objects/")).length;

/** Everything that was added before the position is delivered. */
function expectBehind(
  position: string,
  records: readonly FeedRecord[],
  behaviour: BehaviourOptions,
  delivered: readonly string[],
): void {
  const digits = finest(behaviour);
  const limit = cut(position.replace(/Z$/, "").padEnd(26, ".000000"), digits);
  const known = new Set(delivered);
  const missed = records.filter(({ date_added, object }) => cut(date_added, digits) < limit && !known.has(String(object["id"])));
  expect(missed).toEqual([]);
}

const lengths = { microsecond: 26, millisecond: 23, second: 19 };
const finest = ({ datePrecision = "microsecond", headerPrecision = "microsecond" }: BehaviourOptions): number =>
  Math.min(lengths[datePrecision], lengths[headerPrecision]);
const cut = (time: string, length: number): string => time.slice(0, length);

/**
 * Leaves out what cannot be walked. Without cursors no client gets past more objects of one date than a page holds, or finds out what
 * follows a page that does not name its date (decision 0004); nor past a cursor that expires at a feed without dates.
 */
function walkable({ behaviour, room }: Scenario, all: readonly FeedRecord[]): Required<BehaviourOptions> {
  const isByDate = behaviour.next === "none" || (behaviour.container === "bundle" && !behaviour.bundleWithMore);
  const counts = new Map<string, number>();
  for (const { date_added } of all) {
    const unit = cut(date_added, finest(behaviour));
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  // Walks whose cursors are soon forgotten go on by date too.
  const needsDates = isByDate || behaviour.cursorRequests !== 0;
  const largestTie = needsDates ? Math.max(0, ...counts.values()) : 0;
  return {
    ...behaviour,
    largestPage: largestTie + room,
    ...(needsDates && { dateHeaders: "rfc3339" as const }),
  };
}

/** Where the feed does not say where it stands, every run reads from where it last did: at least once, not once. */
function mayRepeat({ dateHeaders }: BehaviourOptions, scheduled: readonly Fault[]): boolean {
  return dateHeaders !== "rfc3339" || scheduled.some(({ kind }) => kind === "no-date-headers" || kind === "last-backwards");
}
