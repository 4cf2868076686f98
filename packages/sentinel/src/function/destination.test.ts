import type { ContainerClient } from "@azure/storage-blob";
import {
  createMemoryStore,
  openFeed,
  parseFeedConfig,
  silentLogger,
  TargetError,
  type CheckpointStore,
  type Destination,
  type Feed,
  type RetryPolicy,
  type Sink,
} from "@socdefenders/shared";
import { readRecords, sampleBytes, simulatedKeys, startFeed, type FaultKind, type FeedOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { map, type SentinelRow } from "../mapping.ts";
import { pollDestination } from "./destination.ts";
import type { Outcome } from "./outcome.ts";
import type { Stop } from "./stop.ts";

const records = readRecords(sampleBytes()).slice(0, 60);
const host = { log: silentLogger, userAgent: "test" };
const quick: RetryPolicy = { attempts: 3, baseMs: 1, maximumMs: 2, coolDownMs: 1, repeatUnknown: true };
const never = new AbortController().signal;
// The destinations of these tests keep their own position and refuse nothing: the container is not asked for anything.
const container = {} as ContainerClient;

async function open(change: Readonly<Record<string, unknown>> = {}, options: Partial<FeedOptions> = {}): Promise<Feed> {
  const server = await startFeed({ records, ...options });
  const section = { endpoint: server.endpoint, api_key: simulatedKeys.pro, start: "2000-01-01T00:00:00Z", page_size: 20 };
  const feed = openFeed(parseFeedConfig({ ...section, collections: ["soc-defenders-all"], ...change }), host, quick);
  onTestFinished(async () => {
    await feed.close();
    await server.close();
  });
  return feed;
}

function stopByHand() {
  const [pause, abandon] = [new AbortController(), new AbortController()];
  const stop: Stop = { pause: pause.signal, abandon: abandon.signal, isTerminated: () => false, terminate() {}, clear() {} };
  return { stop, pause: () => pause.abort(new Error("time")), abandon: () => abandon.abort(new Error("no more time")) };
}

const ids = (rows: readonly SentinelRow[]): ReadonlySet<string> => new Set(rows.map(({ IndicatorId }) => IndicatorId));

function destinationOf(write: Sink<unknown>["write"], checkpoints: CheckpointStore = createMemoryStore()): Destination<unknown> {
  const sink: Sink<unknown> = { check: () => Promise.resolve(), write, close: () => Promise.resolve() };
  return { map, open: () => ({ sink, checkpoints }) };
}

const poll = (
  destination: Destination<unknown>,
  feed: Feed,
  stop: Stop = stopByHand().stop,
  lost: AbortSignal = never,
): Promise<Outcome> => pollDestination(destination, { feed, filter: undefined, container, host, stop, lost });

test("the page in hand is finished after the pause and no other begun; the next run goes on behind it, nothing twice", async () => {
  const feed = await open();
  const checkpoints = createMemoryStore();
  const received: SentinelRow[] = [];
  const { stop, pause } = stopByHand();
  const first = destinationOf(async (items) => {
    if (received.length > 0) pause();
    received.push(...(items as SentinelRow[]));
    return [];
  }, checkpoints);
  const paused = await poll(first, feed, stop);
  expect(paused).toMatchObject({ status: "paused", failures: [], counts: { pages: 2 } });
  expect(ids(received).size).toBeLessThan(records.length);
  expect(paused.counts.delivered).toBe(received.length);
  expect(Object.values(paused.positions)).toEqual([expect.any(String)]);

  const rest: SentinelRow[] = [];
  const second = await poll(
    destinationOf((items) => (rest.push(...(items as SentinelRow[])), Promise.resolve([])), checkpoints),
    feed,
  );
  expect(second.status).toBe("succeeded");
  expect(ids([...received, ...rest]).size).toBe(records.length);
  expect(ids(received).size + ids(rest).size).toBe(records.length);
});

test("a page that does not end in time is given up, and its position is not saved", async () => {
  const checkpoints = createMemoryStore();
  const { stop, pause, abandon } = stopByHand();
  const stuck = destinationOf((_, signal) => {
    pause();
    abandon();
    return new Promise((__, reject) => (signal.aborted ? reject(signal.reason as Error) : undefined));
  }, checkpoints);
  expect(await poll(stuck, await open(), stop)).toMatchObject({
    status: "paused",
    counts: { pages: 0, delivered: 0 },
    positions: {},
  });
});

test("the loss of the lock stops the page in hand and is a failure", async () => {
  const lost = new AbortController();
  const destination = destinationOf((_, signal) => {
    lost.abort(new TargetError("the lock of the state was lost", { remedy: "Look." }));
    return Promise.reject(signal.reason as Error);
  });
  const outcome = await poll(destination, await open(), stopByHand().stop, lost.signal);
  expect(outcome).toMatchObject({ status: "failed", failures: [{ message: "the lock of the state was lost", remedy: "Look." }] });
});

test.each<[string, () => Promise<[Destination<unknown>, Feed]>, RegExp]>([
  [
    "a target that fails",
    async () => [destinationOf(() => Promise.reject(new TargetError("no", { remedy: "Check sentinel.rule_id." }))), await open()],
    /^no: Check DCR_IMMUTABLE_ID\.$/,
  ],
  [
    "a destination that cannot be opened",
    async () => [{ map, open: () => { throw new TypeError("odd"); } }, await open()], // prettier-ignore
    /^unexpected: TypeError: odd: Report it/,
  ],
  [
    "a wrong collection",
    async () => [destinationOf(() => Promise.resolve([])), await open({ collections: ["none"] })],
    /^no readable collection "none": Choose from/,
  ],
])("%s is an outcome with message and remedy", async (_, prepare, text) => {
  const outcome = await poll(...(await prepare()));
  expect(outcome).toMatchObject({ status: "failed", destination: "logs" });
  expect(outcome.failures.map(({ message, remedy }) => `${message}: ${remedy}`)).toEqual([expect.stringMatching(text)]);
});

// Checked by the compiler: no fault of the feed is left out.
const faults: Readonly<Record<FaultKind, true>> = {
  "bad-request": true,
  unauthorized: true,
  forbidden: true,
  "not-found": true,
  teapot: true,
  "too-many-requests": true,
  "server-error": true,
  unavailable: true,
  html: true,
  "html-error": true,
  "cut-gzip": true,
  "cut-body": true,
  drip: true,
  late: true,
  "reset-before-head": true,
  "reset-in-body": true,
  "redirect-to-twin": true,
  "redirect-to-stranger": true,
  "redirect-loop": true,
  stale: true,
  "empty-page": true,
  "last-backwards": true,
  "no-date-headers": true,
};

test.each(Object.keys(faults) as FaultKind[])("once %s: everything is delivered in the end, nothing twice", async (kind) => {
  const feed = await open({}, { faults: [{ kind, when: { numbers: [2] } }], slowMs: 1 });
  const received: SentinelRow[] = [];
  const destination = destinationOf((items) => (received.push(...(items as SentinelRow[])), Promise.resolve([])));
  for (let run = 1; (await poll(destination, feed)).status !== "succeeded"; run += 1) expect(run).toBeLessThan(4);
  expect(ids(received).size).toBe(records.length);
  const rows = received.map(
    ({ IndicatorId, ObservableKey, ObservableValue }) => `${IndicatorId} ${ObservableKey} ${ObservableValue}`,
  );
  expect(new Set(rows).size).toBe(rows.length);
});
