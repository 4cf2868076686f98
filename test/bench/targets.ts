import { join } from "node:path";
import { silentLogger, systemClock, userAgent, type Clock } from "@socdefenders/shared";
import { createDelivery, type Deliver } from "./delivery.ts";
import { benchConnectorId, benchToken } from "./opencti-account.ts";

/** What the whole way is measured to. */
export type TargetName = "splunk" | "logs" | "threat-intelligence" | "opencti";

/** Where pages and receivers are, as `startReceivers` tells the programs in their environment. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What delivers to a target. Each loads its own connector only, since the memory of the process is measured too. */
export function openTarget(name: string, settings: Settings): Promise<Deliver> {
  const open = new Map(Object.entries(openers)).get(name);
  if (open === undefined) throw new Error(`no target is called ${name}`);
  return open(settings);
}

const host = { log: silentLogger, userAgent };

const openers: Record<TargetName, (settings: Settings) => Promise<Deliver>> = {
  async splunk({ BENCH_HEC }) {
    const { createSink, map, parseConfig } = await import("@socdefenders/splunk");
    const config = parseConfig({ endpoint: BENCH_HEC, token: "a-token-for-nothing" }, "splunk");
    return createDelivery(map, () => ({ sink: createSink(config, host) }));
  },
  async logs({ LOGS_INGESTION_ENDPOINT, DCR_IMMUTABLE_ID, BENCH_FOLDER = "" }) {
    const { createSink, map, parseConfig } = await import("@socdefenders/sentinel");
    const section = { endpoint: LOGS_INGESTION_ENDPOINT, rule_id: DCR_IMMUTABLE_ID, ca_file: join(BENCH_FOLDER, "ca.pem") };
    const { logs } = parseConfig(section, "sentinel");
    if (logs === undefined) throw new Error("logs is the default destination");
    return createDelivery(map, () => ({ sink: createSink(logs, host) }));
  },
  async "threat-intelligence"({ SENTINEL_TI_ENDPOINT, SENTINEL_WORKSPACE_ID }) {
    const { createThreatIntelligenceMapping, createThreatIntelligenceSink, parseConfig } = await import("@socdefenders/sentinel");
    const section = {
      destinations: ["threat-intelligence"],
      workspace_id: SENTINEL_WORKSPACE_ID,
      threat_intelligence_endpoint: SENTINEL_TI_ENDPOINT,
    };
    const { threatIntelligence: config } = parseConfig(section, "sentinel");
    if (config === undefined) throw new Error("threat-intelligence is the only destination");
    const map = createThreatIntelligenceMapping(config);
    return createDelivery(map, () => ({ sink: createThreatIntelligenceSink(config, host, { clock: hurriedClock }) }));
  },
  async opencti({ BENCH_OPENCTI }) {
    const connector = await import("@socdefenders/opencti");
    const config = connector.parseConfig({ url: BENCH_OPENCTI, token: benchToken, connector_id: benchConnectorId }, "opencti");
    return createDelivery(connector.map, () => connector.openTarget(config, host));
  },
};

// A minute of the upload API's limit passes in less than a millisecond.
const speed = 100_000;
const hurriedClock: Clock = {
  now: () => systemClock.now() * speed,
  wait: (ms, signal) => systemClock.wait(ms / speed, signal),
};
