export { simulatedArticleIds } from "./article-fixtures.ts";
export { createCertificate, type LocalCertificate } from "./certificate.ts";
export { simulatedKeys, startFeed, type FeedAnswer, type FeedOptions, type FeedRequest, type RunningFeed } from "./feed.ts";
export { startHec, type HecAnswer, type HecEvent, type HecOptions, type RunningHec } from "./hec.ts";
export {
  startLogsIngestion,
  type LogsAnswer,
  type LogsIngestionOptions,
  type LogsRow,
  type RunningLogsIngestion,
} from "./logs-ingestion.ts";
export { startManagedIdentity, type ManagedIdentityOptions, type RunningManagedIdentity } from "./managed-identity.ts";
export { startOpencti, type OpenctiOptions, type RunningOpencti } from "./opencti.ts";
export { checkOpenctiDocument } from "./opencti-schema.ts";
export { createRate, type RateOptions, type RateVerdict, type SimulatedRate } from "./rate.ts";
export { readRecords, type FeedRecord } from "./records.ts";
export { sampleBytes } from "./sample.ts";
export { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";
