import { FeedError } from "../errors/feed-error.ts";
import type { Logger } from "../log/logger.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";
import type { ObjectsQuery, WalkClient } from "./client.ts";

export interface LookBackOptions {
  /** The saved position the walk goes on from; undefined on a first run. */
  readonly saved: string | undefined;
  readonly log: Logger;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

const hourMs = 3600_000;
const dayMs = 24 * hourMs;
const documentedDays = 365;
// The two clocks differ, and the feed's border moves on while the walk is on its way.
const marginMs = hourMs;

/**
 * The client for one walk through one collection. Where the feed refuses to look back that far (403, `lookback_exceeded`), it is asked
 * from the border on instead: the one the refusal names, else 365 days ago. What lies before is gone, and the log says so once. A
 * second refusal is thrown.
 */
export function withLookBack(client: WalkClient, { saved, log, now = Date.now }: LookBackOptions): WalkClient {
  let border: string | undefined;
  return {
    ...client,
    async objects(collectionId, query, signal) {
      const asked = border === undefined ? query : notBefore(border, query);
      try {
        return await client.objects(collectionId, asked, signal);
      } catch (error) {
        if (!isLookBackRefusal(error)) throw error;
        if (border !== undefined) throw refusedTwice(border, error);
        border = fromMicroseconds(BigInt(borderOf(error, query.addedAfter, now()) + marginMs) * 1000n);
        tell(log, collectionId, query.addedAfter, border, saved);
        return client.objects(collectionId, notBefore(border, query), signal).catch((second: unknown) => {
          throw isLookBackRefusal(second) ? refusedTwice(border ?? "", second) : second;
        });
      }
    },
  };
}

function notBefore(border: string, query: ObjectsQuery): ObjectsQuery {
  const isEarlier = (toMicroseconds(query.addedAfter) ?? 0n) < (toMicroseconds(border) ?? 0n);
  return isEarlier ? { ...query, addedAfter: border } : query;
}

/** Whether the feed refused to look back that far. */
export function isLookBackRefusal(error: unknown): error is FeedError {
  return error instanceof FeedError && error.status === 403 && error.code === "lookback_exceeded";
}

const borderName = /earliest|oldest|look.?back|(?:^|_)(?:min|minimum|from)(?:_|$)/i;
const askedName = /request|your|asked/i;

/**
 * How far back the feed reads, in epoch milliseconds. The vendor names the code but not its details: a time whose name means a border
 * is taken, else a number of days, else what is documented. A border later than a day ago would skip what can be read, so it is none.
 */
function borderOf({ details }: FeedError, addedAfter: string, now: number): number {
  const asked = Number(toMicroseconds(addedAfter) ?? 0n) / 1000;
  const named = Object.entries(details).filter(([name]) => !askedName.test(name));
  const times = named.flatMap(([name, value]) => {
    const time = typeof value === "string" && borderName.test(name) ? toMicroseconds(value) : undefined;
    return time === undefined ? [] : [Math.ceil(Number(time) / 1000)];
  });
  const days = named.flatMap(([name, value]) =>
    /days/i.test(name) && typeof value === "number" ? [Math.floor(now - value * dayMs)] : [],
  );
  const border = [...times, ...days].find((time) => time > asked && time <= now - dayMs);
  return border ?? Math.floor(now - documentedDays * dayMs);
}

function tell(log: Logger, collection: string, asked: string, border: string, saved: string | undefined): void {
  const message =
    saved === undefined
      ? `the feed does not look back to ${asked}; reading from ${border} on`
      : `the saved position ${saved} is older than the feed looks back: objects added between it and ${border} can no longer be read; going on from there`;
  log.warn("lookback_clamped", message, { collection, asked_from: asked, reads_from: border });
}

function refusedTwice(border: string, cause: FeedError): FeedError {
  return new FeedError(`${cause.message} (asked from ${border} on)`, {
    remedy: "Set feed.start to a later time, P30D for instance, and ask the vendor how far back the plan of this key reads.",
    ...(cause.status !== undefined && { status: cause.status }),
    ...(cause.code !== undefined && { code: cause.code }),
    ...(cause.requestId !== undefined && { requestId: cause.requestId }),
    cause,
  });
}
