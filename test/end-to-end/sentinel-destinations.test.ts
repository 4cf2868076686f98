import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createCertificate,
  readRecords,
  sampleBytes,
  simulatedKeys,
  startFeed,
  startLogsIngestion,
  startManagedIdentity,
  startThreatIntelligence,
} from "@socdefenders/simulator";
import { columns } from "@socdefenders/sentinel";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { makeWorkplace, runCommand } from "./command.ts";

const records = readRecords(sampleBytes()).slice(0, 1500);
const ruleId = `dcr-${"0".repeat(32)}`;
const workspaceId = "11111111-2222-4333-8444-555555555555";

test("two destinations have a position each: one that fails does not stop the other, and later catches up alone", async () => {
  let isDown = true;
  const tls = await createCertificate();
  const caFile = join(temporaryDirectory(), "ca.pem");
  writeFileSync(caFile, tls.ca);
  const identity = await startManagedIdentity();
  const { audienceOf } = identity;
  const feed = await startFeed({ records });
  const logs = await startLogsIngestion({
    tls,
    ruleId,
    streams: { "Custom-SOCDefendersIndicators_CL": Object.keys(columns) },
    audienceOf,
  });
  const store = await startThreatIntelligence({
    tls,
    workspaceIds: [workspaceId],
    audienceOf,
    intercept: (call) => (isDown && call > 3 ? { status: 403, body: '{"message":"no access"}' } : undefined),
  });
  for (const server of [identity, feed, logs, store]) onTestFinished(() => server.close());
  const { config } =
    await makeWorkplace(`feed: { endpoint: "${feed.endpoint}", api_key: ${simulatedKeys.pro}, collections: [soc-defenders-all], start: "1970-01-01T00:00:00Z" }
state_directory: "@STATE@"
sentinel:
  destinations: [logs, threat-intelligence]
  endpoint: ${logs.url}
  rule_id: ${ruleId}
  workspace_id: ${workspaceId}
  threat_intelligence_endpoint: ${store.url}
  ca_file: ${caFile}
`);
  const run = async () => {
    const { code, stdout, log } = await runCommand(["run", config, "--once", "--json"], {
      environment: { ...identity.environment },
    });
    const lines = stdout.split("\n").filter(Boolean);
    const delivered = lines.map((line) => JSON.parse(line) as { target: string; delivered: number });
    return { code, log, delivered: Object.fromEntries(delivered.map((line) => [line.target, line.delivered])) };
  };
  const first = await run();
  expect(first).toMatchObject({ code: 4, delivered: { sentinel: 1500, "sentinel-ti": 0 } });
  expect(first.log.at(-1)).toMatchObject({
    message: expect.stringContaining("HTTP 403: no access"),
    remedy: expect.stringContaining("Microsoft Sentinel Contributor"),
  });
  isDown = false;
  expect(await run()).toMatchObject({ code: 0, delivered: { sentinel: 0, "sentinel-ti": 1500 } });
  expect(logs.received().rows).toBe(logs.received().indicators);
  expect(store.received().indicators).toBe(1500);
});
