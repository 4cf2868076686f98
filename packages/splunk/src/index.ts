import type { Connector } from "@socdefenders/shared";
import { parseConfig, type SplunkConfig } from "./config.ts";
import { map, type SplunkEvent } from "./mapping.ts";
import { createSink } from "./sink.ts";

export { parseConfig, type SplunkConfig } from "./config.ts";
export { healthOf } from "./health.ts";
export { map, type SplunkEvent } from "./mapping.ts";
export { createSink } from "./sink.ts";

/** Splunk by way of its HTTP Event Collector. */
export const splunk: Connector<SplunkConfig, SplunkEvent> = {
  name: "splunk",
  parseConfig,
  map,
  open: (config, host) => ({ sink: createSink(config, host) }),
};
