import type { Connector, Host, RetryPolicy, Target } from "@socdefenders/shared";
import { withArticlesOf } from "./articles/with-articles.ts";
import { createCheckpoints } from "./checkpoint.ts";
import { parseConfig, writtenSchema, type OpenctiConfig } from "./config.ts";
import { mappingOf, type OpenctiBundle } from "./mapping.ts";
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
  destinations: (config) => [{ map: mappingOf(config, Date.now), open: (host) => openTarget(config, host) }],
};

/** Sink and checkpoints of one run: both live in one session, which ends with the sink. */
export function openTarget(config: OpenctiConfig, host: Host, retryPolicy?: RetryPolicy): Required<Target<OpenctiBundle>> {
  const graphql = createGraphql(config, host, retryPolicy);
  const session = createSession(config, host, graphql);
  const bare = createSink(config, { log: host.log, graphql, session, retryPolicy });
  const { articles, log } = host;
  const wantsArticles = config.importArticles && articles !== undefined;
  const sink = wantsArticles ? withArticlesOf(bare, { config, articles, state: () => session.state(), log }) : bare;
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
