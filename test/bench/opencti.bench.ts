import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { goal, percent, thousands, type Comparison } from "./measurement.ts";
import { askPycti } from "./peer.ts";
import { benchConnectorId } from "./opencti-account.ts";
import { benchPages, startPlatform } from "./opencti-setting.ts";
import { runProgram } from "./program.ts";

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
