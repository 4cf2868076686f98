import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, TargetError, type Logger } from "@socdefenders/shared";
import { startOpencti } from "@socdefenders/simulator";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { parseConfig } from "../config.ts";
import { runConnector } from "../connector.ts";
import { createSink } from "../sink.ts";
import type { ConnectorInfo } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import { createSession } from "./session.ts";

const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const config = parseConfig(
  { url: "http://127.0.0.1:1", token: "a-token-of-a-user", connector_id: connectorId, queue_protocol: "api" },
  "opencti",
);
const { signal } = new AbortController();

interface Ping {
  readonly atMs: number;
  readonly state: string;
  readonly info: ConnectorInfo;
}

/** A platform without a network, whose clock is the test's. What it does not answer as usual is answered by `instead`. */
function startPlatform(instead: Readonly<Record<string, () => Promise<unknown>>> = {}) {
  const pings: Ping[] = [];
  const started = Date.now();
  const connection = { host: "127.0.0.1", port: 1, vhost: "/", use_ssl: false, user: "guest", pass: "guest" };
  const registered = {
    connector_state: "",
    connector_user_id: null,
    config: { connection, push_routing: "r", push_exchange: "e" },
  };
  const answers: Readonly<Record<string, object>> = {
    ReadVersion: { about: { version: "7.260817.0" } },
    RegisterConnector: { registerConnector: registered },
    ReadState: { connector: null },
    ReadWorks: { connector: { works: [] } },
    AddMultiPartWork: { workAdd: { id: "work" } },
    PushBundle: { stixBundlePush: true },
    IsWorkAlive: { isWorkAlive: true },
  };
  const graphql: Graphql = {
    async call({ name, data }, { state, connectorInfo }) {
      if (name === "PingConnector")
        pings.push({ atMs: Date.now() - started, state: String(state), info: connectorInfo as ConnectorInfo });
      const usual = name === "PingConnector" ? { pingConnector: { connector_state: state } } : (answers[name] ?? {});
      return data.parse((await instead[name]?.()) ?? usual);
    },
    close: () => Promise.resolve(),
  };
  return { graphql, pings };
}

function open(graphql: Graphql, log: Logger = silentLogger, onPing?: (answered: boolean) => void) {
  const session = createSession(config, { log, userAgent: "test" }, graphql, onPing);
  onTestFinished(() => session.close());
  return session;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const timesOf = (pings: readonly Ping[]): readonly number[] => pings.map(({ atMs }) => atMs);

test("it pings when it is registered and every 40 seconds from then on, with the state and the info of that moment", async () => {
  const { graphql, pings } = startPlatform();
  const session = open(graphql);
  await session.open();
  await vi.advanceTimersByTimeAsync(40_000 + 39_999);
  expect(timesOf(pings)).toEqual([0, 40_000]);
  await session.save("a position");
  await session.report({ buffering: true, queue_messages_size: 600 });
  await vi.advanceTimersByTimeAsync(40_001);
  expect(timesOf(pings).slice(-2)).toEqual([80_000, 120_000]);
  const info = { run_and_terminate: false, buffering: true, queue_threshold: 500, queue_messages_size: 600 };
  expect(pings.at(-1)).toMatchObject({ state: "a position", info });
});

test("it pings while a page is being sent, however long that takes", async () => {
  const pushed = Promise.withResolvers<void>();
  const { graphql, pings } = startPlatform({ PushBundle: () => pushed.promise });
  const session = open(graphql);
  await session.open();
  const sink = createSink(config, { log: silentLogger, graphql, session });
  const identity = { type: "identity", id: `identity--${connectorId}`, name: "Author", identity_class: "organization" };
  const writing = sink.write([{ type: "bundle", id: `bundle--${connectorId}`, objects: [identity] }], signal);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(timesOf(pings)).toEqual([0, 40_000, 80_000, 120_000, 160_000, 200_000]);
  pushed.resolve();
  expect(await writing).toEqual([]);
  await sink.close();
});

test("a ping that fails is told of and no more, and the next one is sent in its turn with the same state", async () => {
  let failures = 0;
  const fail = (): Promise<undefined> => {
    if (pings.length !== 3 && pings.length !== 4) return Promise.resolve(undefined);
    failures += 1;
    throw new TargetError("OpenCTI cannot be reached", { remedy: "Check it." });
  };
  const { graphql, pings } = startPlatform({ PingConnector: fail });
  const warned = vi.fn<Logger["warn"]>();
  const answered: boolean[] = [];
  const session = open(graphql, { ...silentLogger, warn: warned }, (isAnswered) => void answered.push(isAnswered));
  await session.open();
  await session.save("a position");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(failures).toBe(2);
  expect(timesOf(pings)).toEqual([0, 0, 40_000, 80_000, 120_000]);
  expect(answered).toEqual([true, true, false, false, true]);
  expect(warned.mock.calls.map(([event]) => event)).toEqual(["ping_failed", "ping_failed"]);
  expect([pings.at(-1)?.state, session.state(), session.resets()]).toEqual(["a position", "a position", 0]);
});

test("a ping that hangs holds those behind it up, and they go on as soon as it ends", async () => {
  const hanging = Promise.withResolvers<undefined>();
  const { graphql, pings } = startPlatform({
    PingConnector: () => (pings.length === 2 ? hanging.promise : Promise.resolve(undefined)),
  });
  const session = open(graphql);
  await session.open();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(timesOf(pings)).toEqual([0, 40_000]);
  hanging.resolve(undefined);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(timesOf(pings)).toEqual([0, 40_000, 120_000, 120_000, 160_000]);
});

test("a connector that waits for the platform's workers goes on pinging, and says that it waits", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-session-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const token = "a-token-of-a-user";
  const infos: ConnectorInfo[] = [];
  let heard = Promise.withResolvers<ConnectorInfo>();
  const platform = await startOpencti({
    token,
    queueBytes: 600_000_000,
    intercept: (name, { connectorInfo }) => {
      if (name === "PingConnector" && "next_run_datetime" in (connectorInfo as object)) {
        infos.push(connectorInfo as ConnectorInfo);
        heard.resolve(connectorInfo as ConnectorInfo);
      }
      return undefined;
    },
  });
  onTestFinished(() => platform.close());
  const interrupt = new AbortController();
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: connectorId,
    SOCDEFENDERS_API_KEY: "a-key",
    SOCDEFENDERS_STATE_DIRECTORY: directory,
  };
  const running = runConnector({ environment, print: () => undefined, onKind: () => undefined, signal: interrupt.signal });
  await heard.promise;
  for (let count = 1; count <= 3; count += 1) {
    heard = Promise.withResolvers();
    vi.advanceTimersByTime(40_000);
    expect(await heard.promise).toMatchObject({ buffering: true, queue_threshold: 500, queue_messages_size: 600 });
    expect(infos).toHaveLength(1 + count);
  }
  interrupt.abort(new Error("stopped"));
  await expect(running).rejects.toThrow("stopped");
});
