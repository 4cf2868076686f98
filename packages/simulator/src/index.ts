export { simulatedKeys, startFeed, type FeedAnswer, type FeedOptions, type FeedRequest, type RunningFeed } from "./feed.ts";
export { startHec, type HecAnswer, type HecEvent, type HecOptions, type RunningHec } from "./hec.ts";
export { readRecords, type FeedRecord } from "./records.ts";
export { sampleBytes } from "./sample.ts";
export type { RunningServer, TlsIdentity } from "./server.ts";
