import type { Connector, Host, RetryPolicy, Target } from "@socdefenders/shared";
import { createCheckpoints } from "./checkpoint.ts";
import { parseConfig, writtenSchema, type OpenctiConfig } from "./config.ts";
import { createMapping, type OpenctiBundle } from "./mapping.ts";
import { createGraphql } from "./platform/graphql.ts";
import { createSession } from "./platform/session.ts";
import { createSink } from "./sink.ts";

export { reportKeyOf, toReport, type ReportKey } from "./articles/report.ts";
export { parseConfig, type BrokerOverrides, type OpenctiConfig } from "./config.ts";
export { createMapping, map, type MappingOptions, type OpenctiBundle } from "./mapping.ts";
export { mergePage } from "./mapping/page.ts";
export { split, type Part } from "./platform/split.ts";

/** OpenCTI as one of its external-import connectors. */
export const opencti: Connector<OpenctiConfig> = {
  name: "opencti",
  schema: writtenSchema,
  parseConfig,
  destinations: (config) => [{ map: createMapping(config), open: (host) => openTarget(config, host) }],
};

/** Sink and checkpoints of one run: both live in one session, which ends with the sink. */
export function openTarget(config: OpenctiConfig, host: Host, retryPolicy?: RetryPolicy): Required<Target<OpenctiBundle>> {
  const graphql = createGraphql(config, host, retryPolicy);
  const session = createSession(config, host, graphql);
  const sink = createSink(config, { log: host.log, graphql, session, retryPolicy });
  return {
    sink: {
      ...sink,
      async close(failure) {
        await sink.close(failure);
        await session.close();
      },
    },
    checkpoints: createCheckpoints(session),
  };
}
