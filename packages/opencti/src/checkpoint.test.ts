import { PositionError, silentLogger, TargetError, type PositionKey } from "@socdefenders/shared";
import { startOpencti, type OpenctiOptions } from "@socdefenders/simulator";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { createCheckpoints } from "./checkpoint.ts";
import { parseConfig } from "./config.ts";
import { createGraphql } from "./platform/graphql.ts";
import { createSession } from "./platform/session.ts";

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const key: PositionKey = { target: "opencti", endpoint: "https://feed.example/taxii2/", collection: "all" };
const other: PositionKey = { ...key, collection: "other" };
const cursor = { position: "2026-05-16T09:30:00.123456Z", seen: ["a"] };

const quick = { attempts: 1, baseMs: 0, maximumMs: 0, repeatUnknown: true };

afterEach(() => void vi.useRealTimers());

async function start(options: Partial<OpenctiOptions> = {}) {
  const platform = await startOpencti({ token, ...options });
  onTestFinished(() => platform.close());
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId }, "opencti");
  const host = { log: silentLogger, userAgent: "test" };
  const connect = () => {
    const session = createSession(config, host, createGraphql(config, host, quick));
    onTestFinished(() => session.close());
    return { session, checkpoints: createCheckpoints(session) };
  };
  return { platform, config, host, connect };
}

test("positions live in the platform's state, the feed's time stamp verbatim, and outlive the process", async () => {
  const { platform, connect } = await start();
  const { checkpoints } = connect();
  expect(await checkpoints.load(key)).toBeUndefined();
  await checkpoints.save(key, cursor);
  await checkpoints.save(other, { position: "2026-01-01T00:00:00.000000Z" });
  expect(platform.state(connectorId)).toContain(cursor.position);
  const next = connect().checkpoints;
  expect(await next.load(key)).toEqual(cursor);
  expect(await next.load(other)).toEqual({ position: "2026-01-01T00:00:00.000000Z" });
});

test("a save the platform does not answer is none", async () => {
  let isDown = false;
  const { platform, connect } = await start({
    intercept: () => (isDown ? { name: "DATABASE_ERROR", message: "down" } : undefined),
  });
  const { checkpoints } = connect();
  await checkpoints.load(key);
  isDown = true;
  await expect(checkpoints.save(key, cursor)).rejects.toThrow(TargetError);
  expect(platform.state(connectorId)).toBe("");
});

test("a connector that somebody deletes on the platform is registered again, and begins anew", async () => {
  let isDeleted = false;
  const { platform, connect } = await start({
    intercept: (operation) => {
      if (operation === "RegisterConnector") isDeleted = false;
      return isDeleted && operation === "PingConnector"
        ? { name: "FUNCTIONAL_ERROR", message: "No connector found with the specified ID" }
        : undefined;
    },
  });
  const { checkpoints } = connect();
  await checkpoints.save(key, cursor);
  isDeleted = true;
  platform.putState(connectorId, "");
  await expect(checkpoints.save(key, cursor)).rejects.toThrow("No connector found");
  expect(await checkpoints.load(key)).toBeUndefined();
  await checkpoints.save(key, cursor);
  expect(platform.state(connectorId)).toContain(cursor.position);
});

test("a cursor is not written over a reset, and the next walk starts anew", async () => {
  const { platform, connect } = await start();
  const { checkpoints } = connect();
  await checkpoints.load(key);
  await checkpoints.save(key, cursor);
  platform.resetState(connectorId);
  await expect(checkpoints.save(key, cursor)).rejects.toThrow("reset on the platform");
  await expect(checkpoints.save(key, cursor)).rejects.toThrow("reset on the platform");
  expect(platform.state(connectorId)).toBe("");
  expect(await checkpoints.load(key)).toBeUndefined();
  await checkpoints.save(key, cursor);
  expect(platform.state(connectorId)).toContain(cursor.position);
});

test("a ping between two pages notices a reset too", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { platform, connect } = await start();
  const { session, checkpoints } = connect();
  await checkpoints.load(key);
  await checkpoints.save(key, cursor);
  platform.resetState(connectorId);
  vi.advanceTimersByTime(40_000);
  // Pings go one after another: this one is answered after the timer's.
  await session.report({ buffering: false });
  expect(session.state()).toBe("");
  await expect(checkpoints.save(key, cursor)).rejects.toThrow(TargetError);
  expect(platform.state(connectorId)).toBe("");
});

test.each(["report", "save"] as const)("a reset is not lost with the answer of the ping that cleared it: %s", async (way) => {
  const { platform, config, host } = await start();
  const graphql = createGraphql(config, host, quick);
  let isLossy = false;
  const session = createSession(config, host, {
    ...graphql,
    async call(operation, variables, signal) {
      const answer = await graphql.call(operation, variables, signal);
      if (!isLossy || operation.name !== "PingConnector") return answer;
      isLossy = false;
      throw new TargetError("the answer was lost", { remedy: "Try again." });
    },
  });
  onTestFinished(() => session.close());
  const checkpoints = createCheckpoints(session);
  await checkpoints.load(key);
  await checkpoints.save(key, cursor);
  platform.resetState(connectorId);
  isLossy = true;
  if (way === "report") await session.report({ buffering: false });
  await expect(checkpoints.save(key, cursor)).rejects.toThrow("reset on the platform");
  expect(platform.state(connectorId)).toBe("");
});

test("a position whose answer was lost is saved all the same, and is no reset", async () => {
  let calls = 0;
  const { platform, connect } = await start({
    intercept: (name) => (name === "PingConnector" && (calls += 1) === 2 ? { name: "DATABASE_ERROR", message: "down" } : undefined),
  });
  const { session, checkpoints } = connect();
  await checkpoints.load(key);
  await checkpoints.save(key, cursor);
  expect(platform.state(connectorId)).toContain(cursor.position);
  expect(session.resets()).toBe(0);
});

test("a ping that fails does not end the session", async () => {
  const { platform, connect } = await start({ intercept: (_, { connectorInfo }) => failWhileBuffering(connectorInfo) });
  const { session, checkpoints } = connect();
  await checkpoints.load(key);
  await session.report({ buffering: true });
  await session.report({ buffering: false });
  await checkpoints.save(key, cursor);
  expect(platform.state(connectorId)).toContain(cursor.position);
});

test.each([
  ["no JSON", "{oops"],
  ["another connector's", `{"last_run": 1700000000}`],
  ["a newer version's", `{"schema": 2, "positions": {}}`],
])("a state that is %s is refused and left as it is", async (_, state) => {
  const { platform, connect } = await start();
  platform.putState(connectorId, state);
  await expect(connect().checkpoints.load(key)).rejects.toThrow(PositionError);
  expect(platform.state(connectorId)).toBe(state);
});

test.each(["", "null", "{}"])("a state of %j is a first run", async (state) => {
  const { platform, connect } = await start();
  platform.putState(connectorId, state);
  expect(await connect().checkpoints.load(key)).toBeUndefined();
});

function failWhileBuffering(info: unknown): { name: string; message: string } | undefined {
  const { buffering = false } = (info ?? {}) as { buffering?: boolean };
  return buffering ? { name: "DATABASE_ERROR", message: "down" } : undefined;
}
