export { simulatedArticleIds } from "./article-fixtures.ts";
export { withArticleLinks } from "./articles.ts";
export { createCertificate, type LocalCertificate } from "./certificate.ts";
export type { FeedAnswer } from "./answer.ts";
export { simulatedKeys } from "./authentication.ts";
export type { BehaviourOptions } from "./behaviour.ts";
export {
  startBlobStorage,
  storageError,
  type RunningBlobStorage,
  type StorageAnswer,
  type StorageCall,
  type StorageInterceptor,
} from "./blob-storage.ts";
export type { Fault, FaultKind } from "./faults.ts";
export { startFeed, type FeedOptions, type FeedRequest, type RunningFeed } from "./feed.ts";
export {
  startHec,
  type HecAnswer,
  type HecEvent,
  type HecFault,
  type HecOptions,
  type HecRequest,
  type RunningHec,
} from "./hec.ts";
export {
  startLogsIngestion,
  type LogsAnswer,
  type LogsFault,
  type LogsIngestionOptions,
  type LogsRow,
  type RunningLogsIngestion,
} from "./logs-ingestion.ts";
export { startManagedIdentity, type ManagedIdentityOptions, type RunningManagedIdentity } from "./managed-identity.ts";
export { startOpencti, type OpenctiOptions, type RunningOpencti } from "./opencti.ts";
export { checkOpenctiDocument, openctiVersions, type OpenctiVersion } from "./opencti-schema.ts";
export { createRate, type RateOptions, type RateVerdict, type SimulatedRate } from "./rate.ts";
export { seededRandom } from "./random.ts";
export { readRecords, type FeedRecord } from "./records.ts";
export { listSwitches, parseSwitches, type ParsedSwitches } from "./parse-switches.ts";
export { sampleBytes } from "./sample.ts";
export { startSplunkd, type KvDocument, type RunningSplunkd, type SplunkdOptions, type SplunkdRequest } from "./splunkd.ts";
export { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";
export {
  startThreatIntelligence,
  type RunningThreatIntelligence,
  type ThreatIntelligenceOptions,
  type UploadedObject,
  type UploadFault,
} from "./threat-intelligence.ts";
