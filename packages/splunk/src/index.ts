import type { Connector } from "@socdefenders/shared";
import { parseConfig, writtenSchema, type SplunkConfig } from "./config.ts";
import { map } from "./mapping.ts";
import { createSink } from "./sink.ts";

export { parseConfig, type SplunkConfig } from "./config.ts";
export { healthOf } from "./health.ts";
export { map, type SplunkEvent } from "./mapping.ts";
export { createSink } from "./sink.ts";

/** Splunk by way of its HTTP Event Collector. */
export const splunk: Connector<SplunkConfig> = {
  name: "splunk",
  schema: writtenSchema,
  parseConfig,
  destinations: (config) => [{ map, open: (host) => ({ sink: createSink(config, host) }) }],
};
