import type { Connector, Destination } from "@socdefenders/shared";
import { parseConfig, writtenSchema, type SentinelConfig, type ThreatIntelligenceConfig } from "./config.ts";
import { map } from "./mapping.ts";
import { createSink } from "./sink.ts";
import { createThreatIntelligenceMapping, type ThreatIntelligenceObject } from "./threat-intelligence/mapping.ts";
import { createThreatIntelligenceSink } from "./threat-intelligence/sink.ts";

export { parseConfig, type LogsConfig, type SentinelConfig, type ThreatIntelligenceConfig } from "./config.ts";
export { healthColumns } from "./health-row.ts";
export { columns, map, type SentinelRow } from "./mapping.ts";
export { createSink, type SinkOptions } from "./sink.ts";
export {
  createThreatIntelligenceMapping,
  mapThreatIntelligence,
  type ThreatIntelligenceObject,
} from "./threat-intelligence/mapping.ts";
export { createThreatIntelligenceSink, type ThreatIntelligenceSinkOptions } from "./threat-intelligence/sink.ts";

/** Microsoft Sentinel: a table of its own by way of the Logs Ingestion API, and the store of indicators by way of the upload API. */
export const sentinel: Connector<SentinelConfig> = {
  name: "sentinel",
  schema: writtenSchema,
  parseConfig,
  destinations({ logs, threatIntelligence }) {
    const destinations: Destination<unknown>[] = [];
    if (logs !== undefined) destinations.push({ map, open: (host) => ({ sink: createSink(logs, host) }) });
    if (threatIntelligence !== undefined) destinations.push(toStore(threatIntelligence));
    return destinations;
  },
};

const toStore = (config: ThreatIntelligenceConfig): Destination<ThreatIntelligenceObject> => ({
  suffix: "ti",
  map: createThreatIntelligenceMapping(config),
  open: (host) => ({ sink: createThreatIntelligenceSink(config, host) }),
});
