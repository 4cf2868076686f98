import type { Connector } from "@socdefenders/shared";
import { parseConfig, type SentinelConfig } from "./config.ts";
import { map } from "./mapping.ts";
import { createSink } from "./sink.ts";

export { parseConfig, type LogsConfig, type SentinelConfig, type ThreatIntelligenceConfig } from "./config.ts";
export { healthColumns } from "./health-row.ts";
export { columns, map, type SentinelRow } from "./mapping.ts";
export { createSink, type SinkOptions } from "./sink.ts";
export { mapThreatIntelligence, type ThreatIntelligenceObject } from "./threat-intelligence/mapping.ts";

/** Microsoft Sentinel: a table of its own by way of the Logs Ingestion API. */
export const sentinel: Connector<SentinelConfig> = {
  name: "sentinel",
  parseConfig,
  destinations: ({ logs }) => (logs === undefined ? [] : [{ map, open: (host) => ({ sink: createSink(logs, host) }) }]),
};
