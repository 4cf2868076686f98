import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, memoryRow, percent, thousands, type Comparison } from "./measurement.ts";
import type { MemorySamples } from "./million.ts";
import { askPycti } from "./peer.ts";
import { benchConnectorId } from "./opencti-account.ts";
import { benchPages, startPlatform } from "./opencti-setting.ts";
import { runBundled, runProgram, startServer } from "./program.ts";

let platform: Awaited<ReturnType<typeof startPlatform>> | undefined;
let missing = "";
beforeAll(async () => {
  platform = await startPlatform().catch((error: Error) => {
    missing = error.message;
    return undefined;
  });
  return () => platform?.close();
}, 60_000);

// How a classic queue stores its messages: the first way is the default of RabbitMQ 3, the second that of RabbitMQ 4.
test.for([1, 2])("a feed page to confirmed messages, against pycti, queue version %i", async (version, { task }) => {
  if (platform === undefined) return void (task.meta.notMeasured = `OpenCTI's queue (${missing})`);
  const { url, rabbitmq } = platform;
  await rabbitmq.control("purge_queue", `push_${benchConnectorId}`);
  await rabbitmq.control("set_policy", "bench", "^push_", `{"queue-version":${version}}`);
  const directory = temporaryDirectory();
  const [pagesFile, bundlesFile] = [join(directory, "pages"), join(directory, "bundles")];
  const pages = benchPages();
  writeFileSync(pagesFile, pages.map(({ page }) => page).join("\n"));
  writeFileSync(bundlesFile, pages.map(({ bundle }) => bundle).join("\n"));
  const { working: ours, parsing: bare, share } = await runProgram<Comparison>("opencti", url, String(rabbitmq.port), pagesFile);
  expect(ours.median).toBeGreaterThan(0);
  const measured = {
    what: `feed pages to messages that OpenCTI's RabbitMQ has confirmed, queue version ${version}`,
    measured: `${thousands(ours.median)} objects/s`,
  };
  const possible = {
    ...measured,
    ratio: `${percent(share.median)} (${percent(share.least)} to ${percent(share.most)})`,
    comparedWith: `publishing the same messages and nothing else: ${thousands(bare.median)} objects/s`,
  };
  task.meta.measurements = [possible];
  const theirs = await askPycti(rabbitmq.port, `push_routing_${benchConnectorId}`, bundlesFile);
  if ("reason" in theirs) return void (task.meta.notMeasured = theirs.reason);
  const ratio = ours.median / theirs.speed;
  const compared = {
    ...measured,
    ratio: `${ratio.toFixed(1)}×`,
    comparedWith: `pycti's \`send_stix2_bundle\` on the bundles made of them: ${thousands(theirs.speed)} objects/s`,
    goal: goal("≥ 10×", ratio >= 10),
  };
  task.meta.measurements = [compared, possible];
});

// What the container image gives Node.
const small = ["--max-semi-space-size=1", "--max-old-space-size=128"];

test("a million indicators to OpenCTI's RabbitMQ", async ({ task }) => {
  if (platform === undefined) return void (task.meta.notMeasured = `OpenCTI's queue (${missing})`);
  // A million would need more disk than a test may take: the queue keeps the newest.
  await platform.rabbitmq.control("set_policy", "bench", "^push_", '{"queue-version":2,"max-length":5000}');
  const server = await startServer("page-server");
  const { count, megabytes, seconds } = await runBundled<MemorySamples>(small, "opencti-memory", server.origin, platform.url);
  server.close();
  expect(count).toBeGreaterThan(990_000);
  const what = ["indicators to OpenCTI's RabbitMQ", `in ${seconds.toFixed(0)} s`, ...small].join(", ");
  task.meta.measurements = [memoryRow(what, megabytes, 200)];
}, 900_000);
