import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readRecords, sampleBytes, simulatedKeys, startFeed, startOpencti } from "@socdefenders/simulator";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { countMapped } from "./opencti-indicators.ts";
import { takeAll } from "./opencti-queue.ts";
import { startRabbitmq, type RunningRabbitmq } from "./rabbitmq.ts";

// The connector as its container runs it, with real RabbitMQ; the platform goes away in the middle of a page, longer than a request is
// tried again, and comes back with what it knew. All points of a run, without RabbitMQ: packages/opencti/src/platform-restart.test.ts.
const token = "a-token-of-a-user";
const records = readRecords(sampleBytes()).slice(0, 1000);

let rabbitmq: RunningRabbitmq;
beforeAll(async () => {
  rabbitmq = await startRabbitmq();
  return () => rabbitmq.close();
}, 60_000);

/** Every pause of the process is a hundredth of what it is: it waits a minute behind a run that failed. */
const quick = `import timers from "node:timers/promises";
  import { syncBuiltinESMExports } from "node:module";
  const { setTimeout: wait } = timers;
  timers.setTimeout = (pauseMs, ...rest) => wait(pauseMs / 100, ...rest);
  syncBuiltinESMExports();`;

test.each(
  (["6.8.10", "7.260817.0"] as const).flatMap((version) =>
    ["AddExpectations", "IsWorkAlive", "PingConnector"].map((operation) => [version, operation] as const),
  ),
)("OpenCTI %s restarted at %s: every object is in the queue, and no work waits for more than came", async (version, operation) => {
  const connectorId = randomUUID();
  let seen = 0;
  const platform = await startOpencti({
    token,
    version,
    broker: { host: "127.0.0.1", port: rabbitmq.port, vhost: "/", use_ssl: false, user: "guest", pass: "guest" },
    intercept: (name) => {
      if (name === operation && (seen += 1) === (operation === "PingConnector" ? 4 : 2)) void platform.stop();
      return undefined;
    },
  });
  const feed = await startFeed({ records });
  onTestFinished(async () => void (await Promise.all([platform.close(), feed.close()])));
  await rabbitmq.declare(connectorId);
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: connectorId,
    CONNECTOR_DURATION_PERIOD: "PT1M",
    CONNECTOR_LOG_LEVEL: "info",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
    SOCDEFENDERS_PAGE_SIZE: "250",
    SOCDEFENDERS_IMPORT_EXPIRED: "true",
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(quick)}`,
  };
  const main = new URL("../../packages/opencti/src/main.ts", import.meta.url).pathname;
  const service = spawn(process.execPath, [main], { cwd: temporaryDirectory(), env: environment });
  const ended = new Promise((resolve) => service.once("close", resolve));
  let restarted = false;
  service.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (!restarted && text.includes("collection_failed")) {
      restarted = true;
      void platform.start();
    } else if (text.includes("collection_done")) service.kill("SIGTERM");
  });
  expect(await ended).toBe(0);
  expect(restarted).toBe(true);

  const taken = await takeAll(rabbitmq, connectorId);
  for (const { work } of taken) platform.countAsProcessed(1, work);
  const identifiers = taken.filter(({ object: { type } }) => type === "indicator" || type === "vulnerability");
  expect(new Set(identifiers.map(({ object }) => object.id)).size).toBe(countMapped(records));
  const { works } = platform.received();
  expect(works.map(({ status, errors }) => [status, errors.length])).toEqual([
    ["complete", 1],
    ["complete", 0],
  ]);
});
