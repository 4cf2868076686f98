import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  listen,
  openctiVersions,
  readRecords,
  simulatedKeys,
  startFeed,
  startOpencti,
  type FeedRecord,
  type OpenctiOptions,
} from "@socdefenders/simulator";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { toLine } from "./indicator.test.line.ts";

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const records = readRecords(Buffer.from(["198.51.100.1", "198.51.100.2", "198.51.100.3"].map(toLine).join("\n")));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "socdefenders-opencti-"));
  return () => rm(directory, { recursive: true, force: true });
});

async function start({
  records: served = records,
  ...options
}: Partial<OpenctiOptions> & { records?: readonly FeedRecord[] } = {}) {
  const platform = await startOpencti({ token, ...options });
  const feed = await startFeed({ records: served });
  onTestFinished(async () => void (await Promise.all([platform.close(), feed.close()])));
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: connectorId,
    CONNECTOR_QUEUE_PROTOCOL: "api",
    CONNECTOR_RUN_AND_TERMINATE: "true",
    CONNECTOR_LOG_LEVEL: "info",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
  };
  return { platform, feed, environment };
}

/** A line in the platform's format whose attributes have these. */
const logged = (attributes: Record<string, unknown>) =>
  expect.objectContaining({
    timestamp: expect.any(String),
    level: expect.stringMatching(/^(?:DEBUG|INFO|WARNING|ERROR)$/),
    name: "SOC Defenders",
    message: expect.any(String),
    attributes: expect.objectContaining(attributes),
  });

interface Exit {
  readonly exitCode: number | null;
  readonly log: readonly Record<string, unknown>[];
  readonly text: string;
}

function run(
  environment: Record<string, string>,
  onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Exit> {
  const child = spawn(process.execPath, [new URL("main.ts", import.meta.url).pathname], { cwd: directory, env: environment });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    onLine?.(chunk, (signal) => child.kill(signal));
  });
  return new Promise((resolve) => {
    child.on("close", (exitCode) => {
      const lines = text.split("\n").filter((line) => line !== "");
      const log = lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : []));
      resolve({ exitCode, log, text });
    });
  });
}

test("run-and-terminate delivers what is new, keeps its position on the platform and leaves with 0", async () => {
  const { platform, environment } = await start();
  const first = await run(environment);
  expect(first.exitCode).toBe(0);
  expect(first.log).toContainEqual(logged({ event: "collection_done", delivered: 4 }));
  expect(platform.received().indicators.size).toBe(3);
  expect(platform.received().works).toMatchObject([{ status: "complete", errors: [] }]);
  const second = await run(environment);
  expect(second.log).toContainEqual(logged({ event: "collection_done", delivered: 0 }));
  expect(platform.received().works).toHaveLength(1);
});

test("config.yml is read, with the environment before it", async () => {
  const { environment } = await start();
  const { CONNECTOR_LOG_LEVEL, CONNECTOR_ID, ...rest } = environment;
  await writeFile(join(directory, "config.yml"), `connector:\n  id: ${CONNECTOR_ID}\n  log_level: ${CONNECTOR_LOG_LEVEL}\n`);
  const { exitCode, log } = await run(rest);
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(logged({ event: "collection_done", delivered: 4 }));
});

test("nothing is read while too much waits on the platform", async () => {
  const { platform, feed, environment } = await start({ queueBytes: 600_000_000 });
  const { exitCode, log } = await run(environment);
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(logged({ event: "buffering" }));
  expect(feed.requests()).toBe(0);
  expect(platform.received().works).toEqual([]);
});

test("a reset on the platform ends the run under way, and the feed is read anew at once", async () => {
  let pages = 0;
  const { platform, environment } = await start({
    records: Array.from({ length: 30 }, (_, index) => readRecords(Buffer.from(toLine(`198.51.100.${index}`, index)))).flat(),
    intercept: (operation) => {
      if (operation === "PushBundle" && (pages += 1) === 2) platform.resetState(connectorId);
      return undefined;
    },
  });
  const { exitCode, log } = await run({ ...environment, SOCDEFENDERS_PAGE_SIZE: "10" });
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(logged({ event: "state_reset" }));
  expect(log).toContainEqual(logged({ event: "collection_done", delivered: 31 }));
  expect(platform.received().works).toMatchObject([{ status: "complete" }, { status: "complete", errors: [] }]);
});

test("a reset between two runs ends the wait, and the feed is read anew at once", async () => {
  let pings = 0;
  const { platform, environment } = await start({
    // The first run is over when the next one is announced; the ping that says so learns of the reset.
    intercept: (operation, { connectorInfo }) => {
      const isWaiting = operation === "PingConnector" && "next_run_datetime" in (connectorInfo as object);
      if (isWaiting && (pings += 1) === 1) platform.resetState(connectorId);
      return undefined;
    },
  });
  let runs = 0;
  const { log } = await run({ ...environment, CONNECTOR_RUN_AND_TERMINATE: "false" }, (line, kill) => {
    runs += line.split("collection_done").length - 1;
    if (runs === 2) kill("SIGTERM");
  });
  const delivered = log.filter(({ attributes }) => (attributes as { event: string }).event === "collection_done");
  expect(delivered.map(({ attributes }) => (attributes as { delivered: number }).delivered)).toEqual([4, 4]);
});

test("a service that the platform refuses at first says so and stays, and is stopped while it waits", async () => {
  const refuse = (operation: string) =>
    operation === "RegisterConnector" ? { name: "FORBIDDEN_ACCESS", message: "You are not allowed to do this." } : undefined;
  const { environment } = await start({ intercept: refuse });
  const { exitCode, log } = await run({ ...environment, CONNECTOR_RUN_AND_TERMINATE: "false" }, (line, kill) => {
    if (line.includes("FORBIDDEN_ACCESS")) kill("SIGTERM");
  });
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(logged({ event: "failed", exit_code: 4 }));
  expect((await run(environment)).exitCode).toBe(4);
});

test("metrics and health are served while the connector lives, under the names of pycti", async () => {
  const { environment } = await start();
  const ports = { metrics: await freePort(), health: await freePort() };
  const seen: string[] = [];
  await run(
    {
      ...environment,
      CONNECTOR_RUN_AND_TERMINATE: "false",
      CONNECTOR_EXPOSE_METRICS: "true",
      CONNECTOR_METRICS_PORT: String(ports.metrics),
      CONNECTOR_METRICS_NAMESPACE: "soc",
      SOCDEFENDERS_HEALTH_PORT: String(ports.health),
    },
    (line, kill) => {
      if (!line.includes("collection_done") || seen.length > 0) return;
      seen.push("asked");
      const ask = async (port: number, path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      void Promise.all([ask(ports.metrics, "/metrics"), ask(ports.health, "/health"), ask(ports.health, "/other")])
        .then((answers) => seen.push(...answers))
        .finally(() => kill("SIGTERM"));
    },
  );
  const [, metrics = "", health = "", other = ""] = seen;
  expect(metrics).toMatch(/^soc_bundles_sent_total 1$/m);
  expect(metrics).toMatch(/^soc_records_sent_total 4$/m);
  expect(metrics).toMatch(/^soc_runs_total 1$/m);
  expect(metrics).toMatch(/^soc_ping_api_total [1-9]/m);
  expect(metrics).toMatch(/^soc_state\{soc_state="(?:running|idle)"\} 1$/m);
  expect(JSON.parse(health)).toMatchObject({ status: "healthy", last_ping: expect.any(String), last_failure: null });
  expect(other).toContain("only /metrics and /health");
});

test("log lines for people, where they are asked for", async () => {
  const { environment } = await start();
  const { text } = await run({ ...environment, OPENCTI_JSON_LOGGING: "false" });
  expect(text).toMatch(/^\S+Z INFO SOC Defenders collection_done .*delivered=4/m);
});

test("every document is accepted by every platform version", async () => {
  for (const version of openctiVersions) {
    const { platform, environment } = await start({ version });
    const { exitCode } = await run(environment);
    expect([version, exitCode, platform.received().indicators.size]).toEqual([version, 0, 3]);
    expect(platform.received().works).toMatchObject([{ status: "complete", errors: [] }]);
  }
});

describe("exit codes", () => {
  test("2 for settings that are missing, named", async () => {
    const { exitCode, log } = await run({ OPENCTI_URL: "http://127.0.0.1:1" });
    expect(exitCode).toBe(2);
    expect(log).toContainEqual(expect.objectContaining({ message: expect.stringContaining("OPENCTI_TOKEN") }));
  });

  test("2 for a state that is not this connector's", async () => {
    const { platform, environment } = await start();
    platform.putState(connectorId, `{"last_run": 1}`);
    expect((await run(environment)).exitCode).toBe(2);
  });

  test("3 for a feed that does not know the key", async () => {
    const { environment } = await start();
    expect((await run({ ...environment, SOCDEFENDERS_API_KEY: "sk_live_unknown_0123456789" })).exitCode).toBe(3);
  });

  test("4 for a platform that does not know the token, which is never shown", async () => {
    const { environment } = await start();
    const { exitCode, log } = await run({ ...environment, OPENCTI_TOKEN: "another-token" });
    expect(exitCode).toBe(4);
    expect(JSON.stringify(log)).not.toContain("another-token");
  });

  test.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const)("of a service stopped by %s: %i", async (signal, expected) => {
    const { platform, environment } = await start();
    const { exitCode } = await run({ ...environment, CONNECTOR_RUN_AND_TERMINATE: "false" }, (line, kill) => {
      if (line.includes("collection_done")) kill(signal);
    });
    expect(exitCode).toBe(expected);
    expect(platform.state(connectorId)).toContain("2026-05-16");
  });
});

describe("stopped before anything is loaded", () => {
  // The process is told to stop as the first module of the core is looked for.
  const stopEarly = (signal: NodeJS.Signals) => {
    const hook = `import { registerHooks } from "node:module";
      let isTold = false;
      registerHooks({ resolve(specifier, context, next) {
        if (!isTold && specifier.includes("socdefenders/shared")) { isTold = true; process.kill(process.pid, "${signal}"); }
        return next(specifier, context);
      } });`;
    return `--import=data:text/javascript,${encodeURIComponent(hook)}`;
  };

  test.each([
    ["a service", "SIGTERM", "false", 0],
    ["a single run", "SIGTERM", "true", 143],
    ["a service, by hand", "SIGINT", "false", 130],
  ] as const)("%s leaves by itself on %s", async (_, signal, terminates, expected) => {
    const { environment, feed } = await start();
    const settings = { ...environment, CONNECTOR_RUN_AND_TERMINATE: terminates, NODE_OPTIONS: stopEarly(signal) };
    const { exitCode, log } = await run(settings);
    expect(exitCode).toBe(expected);
    expect(log).toContainEqual(logged({ event: "stopped" }));
    expect(feed.requests()).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = await listen(() => undefined);
  await server.close();
  return Number(new URL(server.url).port);
}
