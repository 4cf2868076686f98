import {
  simulatedKeys,
  startFeed,
  startHec,
  type FeedOptions,
  type HecOptions,
  type RunningFeed,
  type RunningHec,
} from "@socdefenders/simulator";
import { onTestFinished } from "vitest";
import { makeWorkplace, type Workplace } from "./command.ts";

export interface SplunkSetting {
  readonly feed: RunningFeed;
  readonly hec: RunningHec;
  readonly workplace: Workplace;
  /** Ids of the indicators Splunk holds, one entry an event. */
  readonly received: () => string[];
}

const token = "0a1b2c3d-hec-token";

/** A simulated feed, a simulated Splunk and a configuration from the one to the other; closed when the test ends. */
export async function splunkSetting(
  feedOptions: FeedOptions,
  hecOptions: Partial<HecOptions> = {},
  feedLines = "",
): Promise<SplunkSetting> {
  const feed = await startFeed(feedOptions);
  onTestFinished(() => feed.close());
  const hec = await startHec({ token, ...hecOptions });
  onTestFinished(() => hec.close());
  const workplace = await makeWorkplace(`feed:
  endpoint: ${feed.endpoint}
  api_key: \${API_KEY}
  collections: [soc-defenders-all]
  start: "1970-01-01T00:00:00Z"
  page_size: 100
${feedLines}state_directory: "@STATE@"
splunk: { endpoint: "${hec.url}", token: ${token}, index: , ca_file: }
`);
  return {
    feed,
    hec,
    workplace,
    received: () => hec.events().map(({ event }) => (event as { indicator_id: string }).indicator_id),
  };
}

export const proKey = { API_KEY: simulatedKeys.pro };
export const freeKey = { API_KEY: simulatedKeys.free };
