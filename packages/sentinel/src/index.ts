import type { Connector } from "@socdefenders/shared";
import { parseConfig, type SentinelConfig } from "./config.ts";
import { map, type SentinelRow } from "./mapping.ts";
import { createSink } from "./sink.ts";

export { parseConfig, type SentinelConfig } from "./config.ts";
export { columns, map, type SentinelRow } from "./mapping.ts";
export { createSink, type SinkOptions } from "./sink.ts";
export { mapThreatIntelligence, type ThreatIntelligenceObject } from "./threat-intelligence.ts";

/** Microsoft Sentinel by way of the Logs Ingestion API and a table of its own. */
export const sentinel: Connector<SentinelConfig, SentinelRow> = {
  name: "sentinel",
  parseConfig,
  map,
  open: (config, host) => ({ sink: createSink(config, host) }),
};
