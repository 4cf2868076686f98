import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecords, simulatedKeys, startFeed, startOpencti, type FeedRecord } from "@socdefenders/simulator";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const records = readRecords(Buffer.from(["198.51.100.1", "198.51.100.2", "198.51.100.3"].map(toLine).join("\n")));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "socdefenders-opencti-"));
  return () => rm(directory, { recursive: true, force: true });
});

async function start(options: { queueBytes?: number; records?: readonly FeedRecord[] } = {}) {
  const platform = await startOpencti({ token, queueBytes: options.queueBytes });
  const feed = await startFeed({ records: options.records ?? records });
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

interface Exit {
  readonly exitCode: number | null;
  readonly log: readonly Record<string, unknown>[];
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
      resolve({ exitCode, log: lines.map((line) => JSON.parse(line) as Record<string, unknown>) });
    });
  });
}

test("run-and-terminate delivers what is new, keeps its position on the platform and leaves with 0", async () => {
  const { platform, environment } = await start();
  const first = await run(environment);
  expect(first.exitCode).toBe(0);
  expect(first.log).toContainEqual(expect.objectContaining({ event: "collection_done", delivered: 4 }));
  expect(platform.received().indicators.size).toBe(3);
  expect(platform.received().works).toMatchObject([{ status: "complete", errors: [] }]);
  const second = await run(environment);
  expect(second.log).toContainEqual(expect.objectContaining({ event: "collection_done", delivered: 0 }));
  expect(platform.received().works).toHaveLength(1);
});

test("config.yml is read, with the environment before it", async () => {
  const { environment } = await start();
  const { CONNECTOR_LOG_LEVEL, CONNECTOR_ID, ...rest } = environment;
  await writeFile(join(directory, "config.yml"), `connector:\n  id: ${CONNECTOR_ID}\n  log_level: ${CONNECTOR_LOG_LEVEL}\n`);
  const { exitCode, log } = await run(rest);
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(expect.objectContaining({ event: "collection_done", delivered: 4 }));
});

test("nothing is read while too much waits on the platform", async () => {
  const { platform, feed, environment } = await start({ queueBytes: 600_000_000 });
  const { exitCode, log } = await run(environment);
  expect(exitCode).toBe(0);
  expect(log).toContainEqual(expect.objectContaining({ event: "buffering" }));
  expect(feed.requests()).toBe(0);
  expect(platform.received().works).toEqual([]);
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

function toLine(address: string, index: number): string {
  const object = {
    type: "indicator",
    spec_version: "2.1",
    id: `indicator--00000000-0000-4000-8000-00000000000${index}`,
    created: "2026-05-16T08:00:00.000Z",
    modified: "2026-05-16T08:00:00.000Z",
    name: "Malicious address",
    pattern: `[ipv4-addr:value = '${address}']`,
    pattern_type: "stix",
    valid_from: "2026-05-16T08:00:00.000Z",
  };
  return JSON.stringify({ date_added: `2026-05-16T08:00:0${index}.000000Z`, object });
}
