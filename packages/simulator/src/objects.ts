import { failure, success, type FeedAnswer } from "./answer.ts";
import type { Behaviour } from "./behaviour.ts";
import type { FeedCollection } from "./collections.ts";
import { createCursors, type Slice } from "./cursors.ts";
import { sortableTime, type FeedRecord } from "./records.ts";
import { identityObject, recordsAt, servedObject, written } from "./served.ts";

export interface ObjectsRequest {
  readonly collection: FeedCollection;
  readonly query: URLSearchParams;
  /** 1 for the first request for objects. */
  readonly number: number;
}

const dayMs = 86_400_000;

/** The objects endpoint (TAXII 2.1 §5.4) over `records`, which may grow while the feed runs. */
export function createObjectsEndpoint(
  records: readonly FeedRecord[],
  behaviour: Behaviour,
): (request: ObjectsRequest) => FeedAnswer {
  const takePage = createCursors(behaviour);

  return ({ collection, query, number }) => {
    const limit = Number(query.get("limit") ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || (behaviour.largestLimit > 0 && limit > behaviour.largestLimit)) {
      return refuse("invalid_limit", `limit must be between 1 and ${behaviour.largestLimit || 1000}`);
    }
    const addedAfter = sortableTime(query.get("added_after") ?? "1970-01-01T00:00:00Z");
    if (Number.isNaN(Date.parse(addedAfter))) return refuse("invalid_timestamp", "added_after is not a timestamp");
    const now = Date.now();
    const { lookbackDays } = behaviour;
    if (lookbackDays > 0 && Date.parse(addedAfter) < now - lookbackDays * dayMs) return lookbackExceeded(lookbackDays);

    const filter = readFilter(query, behaviour);
    const room = limit - (behaviour.identityCounts && filter.hasIdentity ? 1 : 0);
    const slice = takePage(query.get("next") ?? undefined, {
      matching: recordsAt(records, behaviour, number).filter(
        ({ date_added, object }) => date_added > addedAfter && collection.holds(object["pattern"]) && filter.keeps(object),
      ),
      size: Math.min(room, behaviour.largestPage),
      parameters: `${collection.id} ${addedAfter} ${filter.text}`,
      now,
    });
    if (slice === undefined) return refuse("invalid_next", "'next' is not valid with these parameters");
    const identity = filter.hasIdentity ? [identityObject(behaviour, new Date(now).toISOString())] : [];
    const objects = [...identity, ...slice.page.map((record) => servedObject(record, behaviour))];
    return success(behaviour, container(slice, objects), dateHeaders(slice));
  };

  function refuse(code: string, message: string): FeedAnswer {
    return failure(behaviour, { status: 400, code, message });
  }

  function lookbackExceeded(days: number): FeedAnswer {
    const details = { max_lookback_days: days };
    return failure(behaviour, { status: 403, code: "lookback_exceeded", message: `Your plan reaches back ${days} days`, details });
  }

  function container({ page, next }: Slice, objects: readonly unknown[]): unknown {
    const paging = { more: next !== undefined, ...(next !== undefined && behaviour.next !== "none" && { next }) };
    if (behaviour.container === "envelope") return page.length === 0 ? {} : { ...paging, objects };
    return {
      type: "bundle",
      id: "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
      ...(behaviour.bundleVersion && { spec_version: "2.1" }),
      ...(behaviour.bundleWithMore && paging),
      objects,
    };
  }

  function dateHeaders({ page }: Slice): Record<string, string> {
    const [first, last] = [page[0]?.date_added, page.at(-1)?.date_added];
    if (first === undefined || last === undefined || behaviour.dateHeaders === "none") return {};
    const form = (time: string): string =>
      behaviour.dateHeaders === "mitre" ? mitreTime(time) : written(time, behaviour.headerPrecision);
    return { "x-taxii-date-added-first": form(first), "x-taxii-date-added-last": form(last) };
  }
}

/** As JavaScript prints a date, which is what MITRE's ATT&CK server sends. */
const mitreTime = (time: string): string => new Date(Date.parse(time)).toUTCString().replace(",", "").replace("GMT", "GMT+0000");

interface ObjectsFilter {
  readonly text: string;
  readonly hasIdentity: boolean;
  readonly keeps: (object: Readonly<Record<string, unknown>>) => boolean;
}

function readFilter(query: URLSearchParams, { filters, identity, container }: Behaviour): ObjectsFilter {
  // An envelope holds what was asked for; the identity is the bundle's.
  const hasIdentity = identity === "first" && container === "bundle";
  const [type, match] = [query.get("type"), query.get("match[type]")];
  const text = `${type ?? ""} ${match ?? ""}`;
  if (filters === "ignored") return { text, hasIdentity, keeps: () => true };
  const matches = match?.split(",");
  const keeps: ObjectsFilter["keeps"] =
    filters === "spec"
      ? (object) => matches?.includes(String(object["type"])) !== false
      : (object) =>
          (type === null || object["type"] === type) &&
          matches?.some((subtype) => String(object["pattern"]).startsWith(`[${subtype}:`)) !== false;
  const isFiltered = filters === "spec" ? match !== null : type !== null || match !== null;
  return { text, hasIdentity: hasIdentity && !isFiltered, keeps };
}
