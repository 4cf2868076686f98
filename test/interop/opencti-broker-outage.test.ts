import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { openTarget, parseConfig, type OpenctiBundle } from "@socdefenders/opencti";
import { createLogger, TargetError, type LogRecord, type RetryPolicy, type Sink } from "@socdefenders/shared";
import { readRecords, sampleBytes, simulatedKeys, startFeed, startOpencti, type RunningOpencti } from "@socdefenders/simulator";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { addresses, countMapped, toBundles } from "./opencti-indicators.ts";
import { takeAll, until, type QueuedObject } from "./opencti-queue.ts";
import { startRabbitmq, type RunningRabbitmq } from "./rabbitmq.ts";
import { openTap } from "./tap.ts";

// Real RabbitMQ, killed, restarted and starved; the platform is the simulator's. The tests take turns: they share one broker.
const token = "a-token-of-a-user";
const { signal } = new AbortController();
const patient: RetryPolicy = { attempts: 200, baseMs: 200, maximumMs: 400, repeatUnknown: true };

let rabbitmq: RunningRabbitmq;
beforeAll(async () => {
  rabbitmq = await startRabbitmq();
  return () => rabbitmq.close();
}, 60_000);

interface Setting {
  readonly platform: RunningOpencti;
  readonly sink: Sink<OpenctiBundle>;
  readonly events: () => readonly string[];
  /** Messages of the log. */
  readonly told: () => readonly string[];
}

async function open(connectorId: string, policy: RetryPolicy = patient, mq: Record<string, unknown> = {}): Promise<Setting> {
  const platform = await startPlatform();
  const events: string[] = [];
  const told: string[] = [];
  const log = createLogger(({ event, message }: LogRecord) => void (events.push(event), told.push(message)), "info");
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId, mq }, "opencti");
  const { sink } = openTarget(config, { log, userAgent: "test" }, policy);
  onTestFinished(() => sink.close());
  await rabbitmq.declare(connectorId);
  return { platform, sink, events: () => events, told: () => told };
}

async function startPlatform(intercept?: (operation: string) => undefined): Promise<RunningOpencti> {
  const broker = { host: "127.0.0.1", port: rabbitmq.port, vhost: "/", use_ssl: false, user: "guest", pass: "guest" };
  const platform = await startOpencti({ token, broker, intercept });
  onTestFinished(() => platform.close());
  return platform;
}

/** Author and marking come with every page. */
function expectAll(taken: readonly QueuedObject[], bundles: readonly OpenctiBundle[]): void {
  const wanted = new Set(bundles.flatMap(({ objects }) => objects.map(({ id }) => id)));
  expect(new Set(taken.map(({ object }) => object.id))).toEqual(wanted);
}

test.each([0.1, 0.5, 0.9])(
  "a broker killed with %d of a page sent, and started again: nothing is lost, nothing announced twice",
  async (share) => {
    const connectorId = randomUUID();
    const bundles = toBundles(addresses(5000));
    let outage: Promise<void> | undefined;
    const tap = await openTap(rabbitmq.port, share * 5000 * bytesOfMessage, () => {
      outage = rabbitmq.kill().then(() => rabbitmq.restart());
    });
    const { platform, sink, events } = await open(connectorId, patient, { port: tap.port });
    expect(await sink.write(bundles, signal)).toEqual([]);
    await outage;
    expect(events()).toContain("broker_retry");
    expectAll(await takeAll(rabbitmq, connectorId), bundles);
    await sink.close();
    await tap.close();
    expect(platform.received().works).toMatchObject([{ expected: 5002, errors: [], messages: ["5000 objects sent"] }]);
  },
);

// About: what of a page had to be sent when the broker died need not be exact.
const bytesOfMessage = 1200;

test("a broker killed between two pages keeps the first and takes the second", async () => {
  const connectorId = randomUUID();
  const { sink } = await open(connectorId);
  const [first, second] = [toBundles(addresses(1000)), toBundles(addresses(1000, 1000))];
  await sink.write(first, signal);
  await rabbitmq.kill();
  await rabbitmq.restart();
  await sink.write(second, signal);
  expectAll(await takeAll(rabbitmq, connectorId), [...first, ...second]);
});

test.each(["between two pages", "in a page"])("a broker that was away %s is given time to find its queues again", async (when) => {
  const connectorId = randomUUID();
  const { sink, events, told } = await open(connectorId, patient);
  const bundles = toBundles(addresses(100));
  await sink.write(toBundles(addresses(1, 100)), signal);
  await rabbitmq.control("delete_queue", `push_${connectorId}`);
  await rabbitmq.kill();
  if (when === "between two pages") await rabbitmq.restart();
  const writing = sink.write(bundles, signal);
  await until(() => events().includes("broker_retry"));
  if (when === "in a page") await rabbitmq.restart();
  await until(() => told().some((message) => message.includes("no queue is bound")));
  await rabbitmq.declare(connectorId);
  expect(await writing).toEqual([]);
  expectAll(await takeAll(rabbitmq, connectorId), bundles);
});

test("a broker that stays away fails the page, the work ends with that error and waits for nothing", async () => {
  const connectorId = randomUUID();
  const { platform, sink } = await open(connectorId, { ...patient, attempts: 2 });
  await sink.write(toBundles(addresses(10)), signal);
  await rabbitmq.kill();
  const failure = await sink.write(toBundles(addresses(10, 10)), signal).catch((error: unknown) => error);
  await rabbitmq.restart();
  expect(failure).toBeInstanceOf(TargetError);
  await sink.close(failure as Error);
  const [work] = platform.received().works;
  expect(work).toMatchObject({ expected: 12, errors: [expect.stringContaining("10 objects sent, then: broker")] });
  expect(await takeAll(rabbitmq, connectorId)).toHaveLength(12);
});

test("a broker out of memory is waited for, and said to be", async () => {
  const connectorId = randomUUID();
  const { sink, events } = await open(connectorId, { ...patient, attempts: 1 });
  const [first, second] = [toBundles(addresses(10)), toBundles(addresses(1000, 10))];
  await sink.write(first, signal);
  await rabbitmq.control("set_vm_memory_high_watermark", "0.00001");
  const writing = sink.write(second, signal);
  await until(() => events().includes("broker_blocked"));
  await rabbitmq.control("set_vm_memory_high_watermark", "0.4");
  expect(await writing).toEqual([]);
  expect(events()).toEqual(expect.arrayContaining(["broker_blocked", "broker_unblocked"]));
  expectAll(await takeAll(rabbitmq, connectorId), [...first, ...second]);
});

test("a run that is stopped while the broker is out of memory leaves at once", async () => {
  const connectorId = randomUUID();
  const { platform, sink, events } = await open(connectorId);
  const interrupt = new AbortController();
  await sink.write(toBundles(addresses(10)), signal);
  await rabbitmq.control("set_vm_memory_high_watermark", "0.00001");
  const writing = sink.write(toBundles(addresses(10, 10)), interrupt.signal).catch((error: unknown) => error);
  await until(() => events().includes("broker_blocked"));
  interrupt.abort(new Error("stopped by SIGTERM"));
  expect(await writing).toMatchObject({ message: "stopped by SIGTERM" });
  const started = performance.now();
  await sink.close(new Error("stopped by SIGTERM"));
  expect(performance.now() - started).toBeLessThan(3000);
  await rabbitmq.control("set_vm_memory_high_watermark", "0.4");
  expect(platform.received().works).toMatchObject([{ errors: [expect.stringContaining("stopped by SIGTERM")] }]);
});

const records = readRecords(sampleBytes()).slice(0, 1000);

/** The connector as its container starts it. */
function startConnector(url: string, endpoint: string, connectorId: string): { process: ChildProcess; log(): string } {
  const environment = {
    OPENCTI_URL: url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: connectorId,
    CONNECTOR_RUN_AND_TERMINATE: "true",
    CONNECTOR_LOG_LEVEL: "info",
    SOCDEFENDERS_ENDPOINT: endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
    SOCDEFENDERS_PAGE_SIZE: "250",
    SOCDEFENDERS_IMPORT_EXPIRED: "true",
  };
  const main = new URL("../../packages/opencti/src/main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main], { cwd: temporaryDirectory(), env: environment });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  return { process: child, log: () => log };
}

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once("close", (code, name) => resolve(code ?? name)));

test.each([
  ["announced, not yet published", "AddExpectations", 2],
  ["confirmed, its position not yet saved", "PingConnector", 4],
])("kill -9 of the connector with a page %s", async (_, operation, occurrence) => {
  const connectorId = randomUUID();
  let kill: (() => void) | undefined;
  let seen = 0;
  const platform = await startPlatform((name) => {
    if (name === operation && (seen += 1) === occurrence) kill?.();
    return undefined;
  });
  const feed = await startFeed({ records });
  onTestFinished(() => feed.close());
  await rabbitmq.declare(connectorId);
  const first = startConnector(platform.url, feed.endpoint, connectorId);
  kill = () => void first.process.kill("SIGKILL");
  expect(await ended(first.process)).toBe("SIGKILL");
  await expectRestartToMendIt(platform, feed.endpoint, connectorId);
});

test("kill -9 of the connector in the middle of a page", async () => {
  const connectorId = randomUUID();
  const platform = await startPlatform();
  const feed = await startFeed({ records });
  onTestFinished(() => feed.close());
  await rabbitmq.declare(connectorId);
  await rabbitmq.control("set_vm_memory_high_watermark", "0.00001");
  const first = startConnector(platform.url, feed.endpoint, connectorId);
  await until(() => first.log().includes("broker_blocked"));
  const end = ended(first.process);
  first.process.kill("SIGKILL");
  expect(await end).toBe("SIGKILL");
  await rabbitmq.control("set_vm_memory_high_watermark", "0.4");
  await expectRestartToMendIt(platform, feed.endpoint, connectorId);
});

/** Everything is in the queue, and of both works what they say: the one that was left is closed in error, the other expects what came. */
async function expectRestartToMendIt(platform: RunningOpencti, endpoint: string, connectorId: string): Promise<void> {
  const second = startConnector(platform.url, endpoint, connectorId);
  expect(await ended(second.process)).toBe(0);
  const taken = await takeAll(rabbitmq, connectorId);
  const subjects = taken.filter(({ object: { type } }) => type === "indicator" || type === "vulnerability");
  expect(new Set(subjects.map(({ object }) => object.id)).size).toBe(countMapped(records));
  const [left, last] = platform.received().works;
  expect(left).toMatchObject({ processedTime: expect.any(String), errors: [expect.stringContaining("without closing it")] });
  expect(last).toMatchObject({ processedTime: expect.any(String), errors: [] });
  expect(last?.expected).toBe(taken.filter(({ work }) => work === last?.id).length);
}
