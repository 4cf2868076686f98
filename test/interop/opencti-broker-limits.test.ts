import { openTarget, parseConfig, type OpenctiBundle } from "@socdefenders/opencti";
import { createLogger, TargetError, type LogRecord, type Sink } from "@socdefenders/shared";
import { createCertificate, startOpencti, type LocalCertificate, type RunningOpencti } from "@socdefenders/simulator";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { toBundles } from "./opencti-indicators.ts";
import { takeAll } from "./opencti-queue.ts";
import { startRabbitmq, type RunningRabbitmq } from "./rabbitmq.ts";

// A RabbitMQ that demands TLS with a client's certificate and takes messages of 100,000 bytes at most.
const token = "a-token-of-a-user";
const maximumBytes = 100_000;
const policy = { attempts: 1, baseMs: 0, maximumMs: 0, repeatUnknown: true };
const { signal } = new AbortController();

let certificate: LocalCertificate;
let rabbitmq: RunningRabbitmq;
let platform: RunningOpencti;
beforeAll(async () => {
  certificate = await createCertificate();
  rabbitmq = await startRabbitmq({ maximumBytes, certificate });
  const broker = { host: "127.0.0.1", port: rabbitmq.port, vhost: "/", use_ssl: true, user: "guest", pass: "guest" };
  platform = await startOpencti({ token, broker });
  return async () => {
    await platform.close();
    await rabbitmq.close();
  };
}, 60_000);

function open(connectorId: string, mq: Record<string, unknown>): { sink: Sink<OpenctiBundle>; events: readonly string[] } {
  const events: string[] = [];
  const log = createLogger(({ event }: LogRecord) => void events.push(event), "info");
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId, mq }, "opencti");
  const { sink } = openTarget(config, { log, userAgent: "test" }, policy);
  onTestFinished(() => sink.close());
  return { sink, events };
}

const ours = (): Record<string, string> => ({
  ca_file: certificate.ca,
  cert_file: certificate.client.cert,
  key_file: certificate.client.key,
});

test("an object too large for the broker is refused, all others arrive, and the work waits for none", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000031";
  await rabbitmq.declare(connectorId);
  const { sink, events } = open(connectorId, ours());
  const [large] = toBundles(["198.51.100.1"], { description: "x".repeat(maximumBytes) });
  const small = toBundles(["198.51.100.2", "198.51.100.3"]);
  const refusals = await sink.write([small[0], large, small[1]] as OpenctiBundle[], signal);
  expect(refusals).toEqual([{ item: large, reason: `larger than the ${maximumBytes} bytes that a message to RabbitMQ may have` }]);
  // What is known of the broker is not asked again.
  expect(await sink.write([large] as OpenctiBundle[], signal)).toHaveLength(1);
  expect(events.filter((event) => event === "message_too_large")).toHaveLength(1);
  await sink.close();
  const taken = await takeAll(rabbitmq, connectorId);
  const [work] = platform.received().works.slice(-1);
  expect(new Set(taken.filter(({ object: { type } }) => type === "indicator").map(({ object }) => object.id)).size).toBe(2);
  expect(new Set(taken.map(({ object }) => object.id)).size).toBe(4);
  expect(work).toMatchObject({ expected: 6, messages: ["2 objects sent, 2 refused"] });
});

test("the broker's authority must be known", async () => {
  const { sink } = open("00000000-0000-4000-8000-000000000032", {});
  const failure = await sink.write(toBundles(["198.51.100.1"]), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({ remedy: expect.stringContaining("opencti.mq.ca_file") });
});

test("a broker that wants a client's certificate says so", async () => {
  const { sink } = open("00000000-0000-4000-8000-000000000033", { ca_file: certificate.ca });
  const failure = await sink.write(toBundles(["198.51.100.1"]), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({ remedy: expect.stringContaining("certificate and key") });
});

test("an unverified broker is used where the operator wants it, with a warning", async () => {
  const connectorId = "00000000-0000-4000-8000-000000000034";
  await rabbitmq.declare(connectorId);
  const { ca_file: _, ...mq } = ours();
  const { sink, events } = open(connectorId, { ...mq, reject_unauthorized: false });
  expect(await sink.write(toBundles(["198.51.100.1"]), signal)).toEqual([]);
  expect(events).toContain("certificate_unverified");
});
