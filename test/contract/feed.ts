import {
  ConnectorError,
  createLogger,
  openFeed,
  parseFeedConfig,
  type Cursor,
  type Feed,
  type LogRecord,
  type Page,
} from "@socdefenders/shared";
import {
  simulatedKeys,
  startFeed,
  type FeedOptions,
  type FeedRecord,
  type FeedRequest,
  type RunningFeed,
} from "@socdefenders/simulator";
import { onTestFinished } from "vitest";

const signal = new AbortController().signal;

/** Retries at once, so that no test waits. */
const quick = { attempts: 3, baseMs: 1, maximumMs: 1, coolDownMs: 0, repeatUnknown: true };

/** An indicator of its own number, with one date for all. */
export function indicator(number: number): Record<string, unknown> {
  const time = "2026-05-01T00:00:00.000Z";
  return {
    type: "indicator",
    spec_version: "2.1",
    id: `indicator--00000000-0000-4000-8000-${number.toString().padStart(12, "0")}`,
    created: time,
    modified: time,
    pattern: `[domain-name:value = 'h${number}.example']`,
    pattern_type: "stix",
    valid_from: time,
  };
}

/** Records whose groups of the given sizes share one `date_added` each, so many microseconds apart. */
export function recordsInGroups(sizes: readonly number[], stepMicroseconds = 1): FeedRecord[] {
  const start = Date.parse("2026-05-01T00:00:00Z") * 1000;
  let number = 0;
  return sizes.flatMap((size, group) => {
    const time = start + group * stepMicroseconds;
    const fraction = String(time % 1000).padStart(3, "0");
    const date_added = new Date(Math.floor(time / 1000)).toISOString().replace("Z", `${fraction}Z`);
    return Array.from({ length: size }, () => ({ date_added, object: indicator((number += 1)) }));
  });
}

/** A simulated feed, and the client as the connectors open it. */
export interface OpenedFeed {
  readonly server: RunningFeed;
  readonly feed: Feed;
  /** Every request the server saw, in order. */
  readonly seen: readonly FeedRequest[];
  readonly log: readonly LogRecord[];
  close(): Promise<void>;
}

/** Starts both; `section` is what the operator writes under `feed` besides endpoint, key, collection and start. */
export async function openSimulated(options: FeedOptions, section: Readonly<Record<string, unknown>> = {}): Promise<OpenedFeed> {
  const seen: FeedRequest[] = [];
  const log: LogRecord[] = [];
  const intercept: FeedOptions["intercept"] = (request) => {
    seen.push(request);
    return options.intercept?.(request);
  };
  const server = await startFeed({ ...options, intercept });
  const { timeout_ms, ...rest } = section;
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    api_key: simulatedKeys.pro,
    collections: ["soc-defenders-all"],
    start: "1970-01-01T00:00:00Z",
    ...rest,
  });
  // Below what an operator may write, so that tests of a silent server are quick.
  const timed = typeof timeout_ms === "number" ? { ...config, timeoutMs: timeout_ms } : config;
  const feed = openFeed(timed, { log: createLogger((record) => log.push(record)), userAgent: "test" }, quick);
  const close = async (): Promise<void> => {
    await feed.close();
    await server.close();
  };
  return { server, feed, seen, log, close };
}

/** The same, closed when the test ends. */
export async function open(options: FeedOptions, section?: Readonly<Record<string, unknown>>): Promise<OpenedFeed> {
  const opened = await openSimulated(options, section);
  onTestFinished(() => opened.close());
  return opened;
}

export interface Walked {
  readonly pages: readonly Page[];
  /** Of the indicators, in the order they came. */
  readonly ids: readonly string[];
  /** What a host would have saved. */
  readonly cursor: Cursor | undefined;
  /** What ended the walk early. */
  readonly error: ConnectorError | undefined;
}

export interface WalkOptions {
  readonly from?: Cursor | undefined;
  /** Stops after so many pages, as a process that ends there would. */
  readonly pages?: number | undefined;
  readonly onPage?: (page: Page) => void;
}

/** One run through the first chosen collection; an error that a host would report ends it and is a result. */
export async function walk(
  { feed }: Pick<OpenedFeed, "feed">,
  { from, pages: most = Infinity, onPage }: WalkOptions = {},
): Promise<Walked> {
  const pages: Page[] = [];
  let cursor = from;
  let error: ConnectorError | undefined;
  try {
    const [collection] = await feed.chosenCollections(signal);
    if (collection === undefined) throw new Error("no collection");
    for await (const page of feed.source(collection).pages(from, signal)) {
      pages.push(page);
      cursor = page.cursor ?? cursor;
      onPage?.(page);
      if (pages.length >= most) break;
    }
  } catch (caught) {
    if (!(caught instanceof ConnectorError)) throw caught;
    error = caught;
  }
  return { pages, ids: pages.flatMap(indicatorIds), cursor, error };
}

export const indicatorIds = ({ objects }: Page): string[] => objects.filter(({ type }) => type === "indicator").map(({ id }) => id);

export const sortedIds = (records: readonly FeedRecord[]): string[] => records.map(({ object }) => String(object["id"])).toSorted();
