import { openTarget, parseConfig, type OpenctiBundle } from "@socdefenders/opencti";
import { silentLogger, TargetError, type Sink } from "@socdefenders/shared";
import { startOpencti, type RunningOpencti } from "@socdefenders/simulator";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { addresses, toBundles } from "./opencti-indicators.ts";
import { readMessage, takeAll } from "./opencti-queue.ts";
import { startRabbitmq, type RunningRabbitmq } from "./rabbitmq.ts";

const token = "a-token-of-a-user";
const { signal } = new AbortController();

let rabbitmq: RunningRabbitmq;
let platform: RunningOpencti;

beforeAll(async () => {
  rabbitmq = await startRabbitmq();
  const broker = { host: "127.0.0.1", port: rabbitmq.port, vhost: "/", use_ssl: false, user: "guest", pass: "guest" };
  platform = await startOpencti({ token, broker });
  return async () => {
    await platform.close();
    await rabbitmq.close();
  };
}, 60_000);

function open(connectorId: string, mq: Record<string, unknown> = {}): Sink<OpenctiBundle> {
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId, mq }, "opencti");
  const { sink } = openTarget(config, { log: silentLogger, userAgent: "test" });
  onTestFinished(() => sink.close());
  return sink;
}

test("a page arrives as persistent one-object messages, each after what it refers to", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000001";
  await rabbitmq.declare(connectorId);
  const sink = open(connectorId);
  expect(await sink.write(toBundles(["198.51.100.1", "198.51.100.2"]), signal)).toEqual([]);
  const messages = await rabbitmq.take(connectorId);
  expect(messages.map(({ routing_key }) => routing_key)).toEqual(Array(4).fill(`push_routing_${connectorId}`));
  expect(messages.map(({ properties }) => properties)).toEqual(
    Array(4).fill(expect.objectContaining({ delivery_mode: 2, content_encoding: "utf-8" })),
  );
  const [work] = platform.received().works;
  expect(work).toMatchObject({ expected: 4 });
  expect(JSON.parse(messages[0]?.payload ?? "")).toMatchObject({
    bundle_type: "QUEUE_BUNDLE",
    action_sequence: 1,
    entities_types: [],
    update: false,
    draft_id: null,
    no_split: false,
    work_id: work?.id,
    applicant_id: expect.any(String),
  });
  const contents = messages.map(readMessage);
  expect(contents.map(({ sequence }) => sequence)).toEqual([1, 1, 3, 3]);
  expect(contents.map(({ object: { type } }) => type)).toEqual(["identity", "marking-definition", "indicator", "indicator"]);
  expect(contents[2]?.object).toMatchObject({ nb_deps: 3, pattern: "[ipv4-addr:value = '198.51.100.1']" });
});

test("a hundred thousand objects are confirmed and all there", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000002";
  await rabbitmq.declare(connectorId);
  const sink = open(connectorId);
  for (let from = 0; from < 100_000; from += 1000) await sink.write(toBundles(addresses(1000, from)), signal);
  const taken = await takeAll(rabbitmq, connectorId);
  const indicators = taken.filter(({ object: { type } }) => type === "indicator");
  expect(new Set(indicators.map(({ object }) => object.id)).size).toBe(100_000);
  // Each page brings its author and its marking.
  expect(taken).toHaveLength(100_200);
});

test("a message that no queue takes fails the page, and the same run can go on once the queue is there", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000003";
  await rabbitmq.declare("00000000-0000-4000-8000-00000000000f");
  const sink = open(connectorId);
  const failure = await sink.write(toBundles(["198.51.100.1"]), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({
    message: expect.stringContaining("no queue is bound"),
    remedy: expect.stringContaining("Restart the connector"),
  });
  await rabbitmq.declare(connectorId);
  await sink.write(toBundles(["198.51.100.1"]), signal);
  expect(await rabbitmq.take(connectorId)).toHaveLength(3);
});

test("a run goes on after the broker cut it off", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000006";
  await rabbitmq.declare(connectorId);
  const sink = open(connectorId);
  await sink.write(toBundles(["198.51.100.1"]), signal);
  await rabbitmq.dropConnections();
  await sink.write(toBundles(["198.51.100.2"]), signal);
  expect(await rabbitmq.take(connectorId)).toHaveLength(6);
});

test("an exchange that is missing fails the page and is not declared", async () => {
  await rabbitmq.addVhost("empty");
  const sink = open("00000000-0000-4000-8000-000000000004", { vhost: "empty" });
  await expect(sink.write(toBundles(["198.51.100.1"]), signal)).rejects.toThrow(/NOT.FOUND/);
  await expect(sink.write(toBundles(["198.51.100.1"]), signal)).rejects.toThrow(/NOT.FOUND/);
});

test("a virtual host that is not there, even one with a strange name, is told with advice", async () => {
  const sink = open("00000000-0000-4000-8000-000000000007", { vhost: "100%/missing" });
  const failure = await sink.write(toBundles(["198.51.100.1"]), signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    message: expect.stringContaining("100%/missing"),
    remedy: expect.stringContaining("opencti.mq.vhost"),
  });
});

test("a password the broker refuses is told with advice and without the password", async () => {
  const sink = open("00000000-0000-4000-8000-000000000005", { pass: "wrong-password" });
  const failure = await sink.write(toBundles(["198.51.100.1"]), signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    message: expect.not.stringContaining("wrong-password"),
    remedy: expect.stringContaining("opencti.mq.user"),
  });
});
