import { parseStixObject, silentLogger, type Host, type Mapping } from "@socdefenders/shared";
import { map as mapOpencti, openTarget, parseConfig as parseOpencti } from "@socdefenders/opencti";
import {
  createSink as createSentinelSink,
  columns,
  map as mapSentinel,
  parseConfig as parseSentinel,
} from "@socdefenders/sentinel";
import {
  createSink as createSplunkSink,
  map as mapSplunk,
  parseConfig as parseSplunk,
  type SplunkEvent,
} from "@socdefenders/splunk";
import { createCertificate, startHec, startLogsIngestion, startManagedIdentity, startOpencti } from "@socdefenders/simulator";
import { beforeAll, onTestFinished, vi } from "vitest";
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
beforeAll(async () => {
  tls = await createCertificate();
  caFile = join(temporaryDirectory(), "ca.pem");
  writeFileSync(caFile, tls.ca);
});

function parseLogs(section: unknown) {
  const { logs } = parseSentinel(section, "sentinel");
  if (logs === undefined) throw new Error("logs is the default destination");
  return logs;
}

testSink("Sentinel, Logs Ingestion API", async () => {
  const ruleId = `dcr-${"0".repeat(32)}`;
  const stream = "Custom-SOCDefendersIndicators_CL";
  let isFailing = false;
  const identity = await startManagedIdentity();
  onTestFinished(() => identity.close());
  const logs = await startLogsIngestion({
    tls,
    ruleId,
    streams: { [stream]: Object.keys(columns) },
    // Tokens are cached by the process: the one of an earlier setting is as good.
    audienceOf: () => "https://monitor.azure.com",
    intercept: () => (isFailing ? { status: 503, code: "ServiceUnavailable", message: "busy" } : undefined),
  });
  onTestFinished(() => logs.close());
  const strangers = await startLogsIngestion({ tls, ruleId, streams: {}, audienceOf: () => undefined });
  onTestFinished(() => strangers.close());
  vi.stubEnv("IDENTITY_ENDPOINT", identity.environment.IDENTITY_ENDPOINT);
  vi.stubEnv("IDENTITY_HEADER", identity.environment.IDENTITY_HEADER);
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
