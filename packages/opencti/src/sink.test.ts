import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError, parseStixObject, silentLogger, TargetError } from "@socdefenders/shared";
import { startOpencti, type OpenctiOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { openTarget, parseConfig } from "./index.ts";
import { map, type OpenctiBundle } from "./mapping.ts";
import { createGraphql } from "./platform/graphql.ts";
import { createSession } from "./platform/session.ts";
import { createSink } from "./sink.ts";

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const { signal } = new AbortController();

async function start(options: Partial<OpenctiOptions> = {}, section: Record<string, unknown> = {}) {
  const platform = await startOpencti({ token, ...options });
  onTestFinished(() => platform.close());
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId, queue_protocol: "api", ...section }, "opencti");
  const policy = { attempts: 1, baseMs: 0, maximumMs: 0, repeatUnknown: true };
  const connect = () => {
    const { sink } = openTarget(config, { log: silentLogger, userAgent: "test" }, policy);
    onTestFinished(() => sink.close());
    return sink;
  };
  return { platform, config, connect, sink: connect() };
}

/** As a service has it: sink and session outlive a run. */
async function startService(options: Partial<OpenctiOptions>, section: Record<string, unknown> = {}) {
  const { platform, config } = await start(options, section);
  const policy = { attempts: 1, baseMs: 0, maximumMs: 0, repeatUnknown: true };
  const host = { log: silentLogger, userAgent: "test" };
  const graphql = createGraphql(config, host, policy);
  const session = createSession(config, host, graphql);
  onTestFinished(() => session.close());
  return { platform, sink: createSink(config, { log: silentLogger, graphql, session, retryPolicy: policy }) };
}

function bundles(...addresses: string[]): readonly OpenctiBundle[] {
  return addresses.flatMap((address) => {
    const parsed = parseStixObject({
      type: "indicator",
      id: "indicator--b104b0ee-9f7a-5f78-b6cc-72d91a5d4328",
      pattern: `[ipv4-addr:value = '${address}']`,
      valid_from: "2026-05-16T08:00:00.000Z",
      object_marking_refs: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    });
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : parsed;
    if (mapped.kind !== "items") throw new Error(mapped.reason);
    return mapped.items;
  });
}

test("a page is one bundle, author and marking in it once, under one work a run", async () => {
  const { platform, sink } = await start();
  await sink.write(bundles("198.51.100.1", "198.51.100.2"), signal);
  await sink.write(bundles("198.51.100.3"), signal);
  await sink.close();
  const { indicators, identities, markings, works } = platform.received();
  expect([indicators.size, identities.size, markings.size]).toEqual([3, 1, 1]);
  expect(works).toMatchObject([{ status: "complete", expected: 7, processed: 7, errors: [], messages: ["3 objects sent"] }]);
  expect(platform.operations().filter((name) => name === "RegisterConnector")).toHaveLength(1);
});

test("a run without data opens no work", async () => {
  const { platform, sink } = await start();
  await sink.close();
  expect(platform.received().works).toEqual([]);
});

test("an error of the platform fails the page, with advice, and closes the work in error", async () => {
  const { platform, sink } = await start({
    intercept: (name) =>
      name === "PushBundle" ? { name: "FORBIDDEN_ACCESS", message: "You are not allowed to do this." } : undefined,
  });
  const failure = await sink.write(bundles("198.51.100.1"), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({
    message: expect.stringContaining("PushBundle: FORBIDDEN_ACCESS"),
    remedy: expect.stringContaining("CONNECTORAPI"),
  });
  await sink.close(failure as Error);
  expect(platform.received().works).toMatchObject([{ status: "complete", errors: [expect.stringContaining("FORBIDDEN_ACCESS")] }]);
});

test("a broker out of reach fails the page, with advice", async () => {
  const { platform, sink } = await start({}, { queue_protocol: "amqp" });
  const failure = await sink.write(bundles("198.51.100.1"), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({
    message: expect.stringContaining("broker 127.0.0.1:1"),
    remedy: expect.stringContaining("queue_protocol: api"),
  });
  expect(platform.received().works).toMatchObject([{ expected: 3, status: "progress" }]);
  await sink.close(failure as Error);
  expect(platform.received().works).toMatchObject([
    { expected: 0, status: "complete", errors: [expect.stringContaining("broker")] },
  ]);
});

test("an item with an object that OpenCTI does not import is refused, the others are delivered", async () => {
  const { platform, sink } = await start();
  const strange = { type: "bundle", id: "bundle--1", objects: [{ type: "x-strange", id: `x-strange--${connectorId}` }] } as const;
  expect(await sink.write([...bundles("198.51.100.1"), strange], signal)).toEqual([
    { item: strange, reason: "of a type that OpenCTI does not import" },
  ]);
  await sink.close();
  expect(platform.received().works).toMatchObject([{ messages: ["1 objects sent, 1 refused"], errors: [] }]);
});

test("with a directory alone nothing is queued", async () => {
  const path = await mkdtemp(join(tmpdir(), "socdefenders-sink-"));
  onTestFinished(() => rm(path, { recursive: true }));
  const { platform, sink } = await start({}, { send_to_queue: false, directory: { path } });
  await sink.write(bundles("198.51.100.1"), signal);
  await sink.close();
  expect(await readdir(path)).toHaveLength(1);
  expect(platform.operations()).not.toContain("PushBundle");
});

test("closing never throws, not even when the platform does not answer any more", async () => {
  let isDown = false;
  const { sink } = await start({ intercept: () => (isDown ? { name: "DATABASE_ERROR", message: "down" } : undefined) });
  await sink.write(bundles("198.51.100.1"), signal);
  isDown = true;
  await expect(sink.close(new Error("interrupted"))).resolves.toBeUndefined();
});

test("a work that a killed run left open is closed in error by the next start", async () => {
  let isKilled = true;
  const { platform, connect, sink } = await start({
    intercept: (name) =>
      isKilled && (name === "CloseWork" || name === "PushBundle") ? { name: "KILLED", message: "gone" } : undefined,
  });
  await expect(sink.write(bundles("198.51.100.1"), signal)).rejects.toThrow(TargetError);
  await sink.close();
  expect(platform.received().works).toMatchObject([{ status: "wait", processedTime: null }]);
  isKilled = false;
  const next = connect();
  await next.write(bundles("198.51.100.1"), signal);
  await next.close();
  expect(platform.received().works).toMatchObject([
    { status: "complete", errors: [expect.stringContaining("without closing it")] },
    { status: "complete", errors: [] },
  ]);
});

test("a work that counts what came twice is complete where the platform wants the numbers equal, refusals taken back", async () => {
  const { sink, platform } = await start({ version: "6.8.10" }, { queue_protocol: "amqp" });
  // Nothing listens at the broker: the page of three is announced and taken back; the workers counted one of an earlier attempt.
  const failure = await sink.write(bundles("198.51.100.1"), signal).catch((error: unknown) => error);
  platform.countAsProcessed(1);
  await sink.close(failure as Error);
  expect(platform.received().works).toMatchObject([{ expected: 1, processed: 1, status: "complete" }]);
});

test("a work that somebody deletes fails the page, whose objects the workers throw away, and the next run sends it again", async () => {
  let pushes = 0;
  const { platform, connect, sink } = await start({
    intercept: (name) => {
      if (name === "PushBundle" && (pushes += 1) === 2) platform.clearWorks();
      return undefined;
    },
  });
  await sink.write(bundles("198.51.100.1"), signal);
  const failure = await sink.write(bundles("198.51.100.2"), signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({ message: expect.stringContaining("was deleted on the platform") });
  await sink.close(failure as Error);
  const next = connect();
  await next.write(bundles("198.51.100.2"), signal);
  await next.close();
  expect(platform.received().indicators.size).toBe(2);
  expect(platform.received().works).toMatchObject([{ status: "complete", errors: [] }]);
});

test("a platform that takes nothing back gets its work closed all the same, with the error", async () => {
  const { platform, sink } = await start(
    {
      intercept: (name, { expectations }) =>
        name === "AddExpectations" && Number(expectations) < 0 ? { name: "FUNCTIONAL_ERROR", message: "no" } : undefined,
    },
    { queue_protocol: "amqp" },
  );
  const failure = await sink.write(bundles("198.51.100.1"), signal).catch((error: unknown) => error);
  await sink.close(failure as Error);
  expect(platform.received().works).toMatchObject([
    { processedTime: expect.any(String), errors: [expect.stringContaining("broker")] },
  ]);
});

test("a work that could not be closed is closed by the next run of the same process, and stops no start", async () => {
  let isBusy = true;
  const { platform, config, sink } = await start({
    intercept: (name) => (isBusy && name === "CloseWork" ? { name: "DATABASE_ERROR", message: "busy" } : undefined),
  });
  await sink.write(bundles("198.51.100.1"), signal);
  await sink.close();
  const host = { log: silentLogger, userAgent: "test" };
  const graphql = createGraphql(config, host);
  const session = createSession(config, host, graphql);
  const service = createSink(config, { log: silentLogger, graphql, session });
  await service.write(bundles("198.51.100.2"), signal);
  await service.close();
  isBusy = false;
  await service.write(bundles("198.51.100.3"), signal);
  await service.close();
  await session.close();
  expect(platform.received().indicators.size).toBe(3);
  expect(platform.received().works.map(({ processedTime }) => processedTime)).not.toContain(null);
});

test("what was not taken back is taken back by the next run, though it has nothing new, and the work says its error once", async () => {
  let isAway = false;
  const { platform, sink } = await startService(
    { intercept: (name) => (isAway && name === "AddExpectations" ? { name: "DATABASE_ERROR", message: "away" } : undefined) },
    { queue_protocol: "amqp" },
  );
  const failure = await sink.write(bundles("198.51.100.1"), signal).catch((error: unknown) => error);
  isAway = true;
  await sink.close(failure as Error);
  expect(platform.received().works).toMatchObject([{ status: "progress", expected: 3, processedTime: expect.any(String) }]);
  isAway = false;
  await sink.close();
  const errors = [expect.stringContaining("broker")];
  expect(platform.received().works).toEqual([expect.objectContaining({ status: "complete", expected: 0, messages: [], errors })]);
  const asked = platform.operations().length;
  await sink.close();
  expect(platform.operations()).toHaveLength(asked);
});

test("a work that could not be closed and was deleted meanwhile is forgotten", async () => {
  let isAway = true;
  const { platform, sink } = await startService({
    intercept: (name) => (isAway && name === "CloseWork" ? { name: "DATABASE_ERROR", message: "away" } : undefined),
  });
  await sink.write(bundles("198.51.100.1"), signal);
  await sink.close();
  platform.clearWorks();
  isAway = false;
  await sink.close();
  expect(platform.operations().filter((name) => name === "CloseWork")).toHaveLength(1);
});

test("check proves the token and its right, and stores nothing", async () => {
  const { platform, sink } = await start();
  await sink.check(signal);
  expect(platform.operations()).toEqual(["ReadAccount", "ReadQueue"]);
  expect(platform.state(connectorId)).toBeUndefined();
});

test.each([
  ["a token the platform does not know", {}, { token: "another-token" }, TargetError, "Check opencti.token"],
  ["a user without the right", { capabilities: ["KNOWLEDGE"] }, {}, ConfigurationError, "CONNECTORAPI"],
  ["an address that is no platform's", {}, { path: "/elsewhere" }, TargetError, "Check opencti.url"],
])("check gives advice on %s", async (_, options, { path = "", ...section }: { path?: string; token?: string }, kind, remedy) => {
  const platform = await startOpencti({ token, ...options });
  onTestFinished(() => platform.close());
  const config = parseConfig({ url: `${platform.url}${path}`, token, connector_id: connectorId, ...section }, "opencti");
  const { sink } = openTarget(config, { log: silentLogger, userAgent: "test" });
  const failure = await sink.check(signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(kind);
  expect(failure).toMatchObject({ remedy: expect.stringContaining(remedy) });
  await sink.close();
});
