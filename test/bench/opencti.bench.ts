import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, thousands, type Samples } from "./measurement.ts";
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

test("a feed page to confirmed messages, against pycti", async ({ task }) => {
  if (platform === undefined) return void (task.meta.notMeasured = `OpenCTI's queue (${missing})`);
  const directory = temporaryDirectory();
  const [pagesFile, bundlesFile] = [join(directory, "pages"), join(directory, "bundles")];
  const pages = benchPages();
  writeFileSync(pagesFile, pages.map(({ page }) => page).join("\n"));
  writeFileSync(bundlesFile, pages.map(({ bundle }) => bundle).join("\n"));
  const ours = await runProgram<Samples>("opencti", platform.url, pagesFile);
  expect(ours.median).toBeGreaterThan(0);
  const theirs = await askPycti(platform.rabbitmq.port, `push_routing_${benchConnectorId}`, bundlesFile);
  if ("reason" in theirs) return void (task.meta.notMeasured = theirs.reason);
  const ratio = ours.median / theirs.speed;
  task.meta.measurements = [
    {
      what: "feed pages to messages that OpenCTI's RabbitMQ has confirmed",
      measured: `${thousands(ours.median)} objects/s`,
      ratio: `${ratio.toFixed(1)}×`,
      comparedWith: `pycti's \`send_stix2_bundle\` on the bundles made of them: ${thousands(theirs.speed)} objects/s`,
      goal: goal("≥ 10×", ratio >= 10),
    },
  ];
});

test("a million indicators to OpenCTI's RabbitMQ", async ({ task }) => {
  if (platform === undefined) return void (task.meta.notMeasured = `OpenCTI's queue (${missing})`);
  // A million would need more disk than a test may take: the queue keeps the newest.
  await platform.rabbitmq.control("set_policy", "short", "^push_", '{"max-length":5000}');
  const server = await startServer("page-server");
  const { delivered, megabytes, seconds } = await runBundled<{ delivered: number; megabytes: number[]; seconds: number }>(
    ["--max-semi-space-size=1"],
    "opencti-memory",
    server.origin,
    platform.url,
  );
  server.close();
  expect(delivered).toBeGreaterThan(990_000);
  const [first = 0] = megabytes;
  const most = Math.max(...megabytes);
  task.meta.measurements = [
    {
      what: `resident memory at each 100,000 of 1,000,000 indicators to OpenCTI's RabbitMQ, in ${seconds.toFixed(0)} s, --max-semi-space-size=1`,
      measured: `${megabytes.map((size) => size.toFixed(0)).join(", ")} MB`,
      ratio: `${((megabytes.at(-1) ?? 0) / first).toFixed(2)}×`,
      comparedWith: `after the first 100,000: ${first.toFixed(0)} MB`,
      goal: goal("< 200 MB", most < 200),
    },
  ];
}, 900_000);
