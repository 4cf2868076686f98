import { parseStixObject, silentLogger, type Host, type Mapping } from "@socdefenders/shared";
import { map as mapOpencti, openTarget, parseConfig as parseOpencti } from "@socdefenders/opencti";
import {
  createSink as createSentinelSink,
  createThreatIntelligenceSink,
  columns,
  map as mapSentinel,
  mapThreatIntelligence,
  parseConfig as parseSentinel,
} from "@socdefenders/sentinel";
import {
  createSink as createSplunkSink,
  map as mapSplunk,
  parseConfig as parseSplunk,
  type SplunkEvent,
} from "@socdefenders/splunk";
import {
  createCertificate,
  startHec,
  startLogsIngestion,
  startManagedIdentity,
  startOpencti,
  startThreatIntelligence,
  type RunningManagedIdentity,
} from "@socdefenders/simulator";
import { afterAll, beforeAll, onTestFinished, vi } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../temporary.ts";
import { testSink } from "./sink.ts";

const host: Host = { log: silentLogger, userAgent: "test" };
const quick = { attempts: 2, baseMs: 1, maximumMs: 1, repeatUnknown: true };

/** Items of indicators that differ in everything that makes an item. */
function itemsOf<Item>(map: Mapping<Item>): (count: number) => readonly Item[] {
  return (count) =>
    Array.from({ length: count }, (_, number) => {
      const id = `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
      const content = {
        type: "indicator",
        id,
        pattern: `[domain-name:value = 'h${number}.example']`,
        valid_from: "2026-05-01T00:00:00.000Z",
      };
      const parsed = parseStixObject(content);
      if (parsed.kind !== "object") throw new Error(parsed.reason);
      const mapped = map(parsed.object, { collection: "all" });
      if (mapped.kind !== "items") throw new Error(mapped.reason);
      return mapped.items;
    }).flat();
}

testSink("Splunk, HTTP Event Collector", async () => {
  const token = "contract-hec-token";
  let isFailing = false;
  const hec = await startHec({
    token,
    intercept: () => (isFailing ? { status: 503, body: { text: "Server is busy", code: 9 } } : undefined),
  });
  onTestFinished(() => hec.close());
  const open = (used: string) =>
    createSplunkSink(parseSplunk({ endpoint: hec.url, token: used }, "splunk"), host, { retryPolicy: quick });
  return {
    sink: open(token),
    items: itemsOf(mapSplunk),
    received: () => new Set(hec.events().map(({ event }) => (event as SplunkEvent).key)).size,
    fail: (failing) => (isFailing = failing),
    withWrongCredential: () => open("unknown-hec-token"),
    secrets: [token, "unknown-hec-token"],
  };
});

let caFile: string;
let tls: Awaited<ReturnType<typeof createCertificate>>;
// Azure's SDK asks the process's first identity endpoint for ever and keeps its tokens: one serves all settings.
let identity: RunningManagedIdentity;
beforeAll(async () => {
  identity = await startManagedIdentity();
  for (const [name, value] of Object.entries(identity.environment)) vi.stubEnv(name, value);
  tls = await createCertificate();
  caFile = join(temporaryDirectory(), "ca.pem");
  writeFileSync(caFile, tls.ca);
});
afterAll(() => identity.close());

function parseLogs(section: unknown) {
  const { logs } = parseSentinel(section, "sentinel");
  if (logs === undefined) throw new Error("logs is the default destination");
  return logs;
}

testSink("Sentinel, Logs Ingestion API", async () => {
  const ruleId = `dcr-${"0".repeat(32)}`;
  const stream = "Custom-SOCDefendersIndicators_CL";
  let isFailing = false;
  const logs = await startLogsIngestion({
    tls,
    ruleId,
    streams: { [stream]: Object.keys(columns) },
    audienceOf: identity.audienceOf,
    intercept: () => (isFailing ? { status: 503, code: "ServiceUnavailable", message: "busy" } : undefined),
  });
  onTestFinished(() => logs.close());
  const strangers = await startLogsIngestion({ tls, ruleId, streams: {}, audienceOf: () => undefined });
  onTestFinished(() => strangers.close());
  const open = (endpoint: string) =>
    createSentinelSink(parseLogs({ endpoint, rule_id: ruleId, ca_file: caFile }), host, { retryPolicy: quick });
  return {
    sink: open(logs.url),
    items: itemsOf(mapSentinel),
    received: () => logs.received().indicators,
    fail: (failing) => (isFailing = failing),
    withWrongCredential: () => open(strangers.url),
    secrets: [identity.environment.IDENTITY_HEADER],
  };
});

testSink("Sentinel, upload API", async () => {
  const workspaceIds = ["11111111-2222-4333-8444-555555555555"];
  let isFailing = false;
  const store = await startThreatIntelligence({
    workspaceIds,
    audienceOf: identity.audienceOf,
    intercept: () => (isFailing ? { status: 503 } : undefined),
  });
  onTestFinished(() => store.close());
  const strangers = await startThreatIntelligence({ workspaceIds, audienceOf: () => undefined });
  onTestFinished(() => strangers.close());
  const open = (endpoint: string) => {
    const section = {
      destinations: ["threat-intelligence"],
      threat_intelligence_endpoint: endpoint,
      workspace_id: workspaceIds[0],
    };
    const { threatIntelligence } = parseSentinel(section, "sentinel");
    if (threatIntelligence === undefined) throw new Error("the section asks for it");
    return createThreatIntelligenceSink(threatIntelligence, host, { retryPolicy: quick });
  };
  return {
    sink: open(store.url),
    items: itemsOf(mapThreatIntelligence),
    received: () => store.received().objects,
    fail: (failing) => (isFailing = failing),
    withWrongCredential: () => open(strangers.url),
    secrets: [identity.environment.IDENTITY_HEADER, "simulated."],
  };
});

testSink("OpenCTI, API queue", async () => {
  const token = "contract-opencti-token";
  let isFailing = false;
  const platform = await startOpencti({
    token,
    intercept: () => (isFailing ? { name: "DATABASE_ERROR", message: "the platform has trouble" } : undefined),
  });
  onTestFinished(() => platform.close());
  const open = (used: string) => {
    const section = { url: platform.url, token: used, connector_id: "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d", queue_protocol: "api" };
    return openTarget(parseOpencti(section, "opencti"), host).sink;
  };
  return {
    sink: open(token),
    items: itemsOf(mapOpencti),
    received: () => platform.received().indicators.size,
    fail: (failing) => (isFailing = failing),
    withWrongCredential: () => open("unknown-opencti-token"),
    secrets: [token, "unknown-opencti-token"],
  };
});
