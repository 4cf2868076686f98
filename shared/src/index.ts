export { appendLines } from "./checkpoint/append-lines.ts";
export { createFileStore } from "./checkpoint/file-store.ts";
export { positionName, positionPrefix } from "./checkpoint/key.ts";
export { describeLockOwner, withDirectoryLock, type LockOptions } from "./checkpoint/lock.ts";
export { createMemoryStore } from "./checkpoint/memory-store.ts";
export { replaceFile } from "./checkpoint/replace-file.ts";
export { readRecord, writeRecord, type PositionRecord } from "./checkpoint/record.ts";
export { listPositions, removePosition, type SavedPosition } from "./checkpoint/saved-positions.ts";
export { durationMs } from "./config/duration.ts";
export { parseConfiguration, type Environment } from "./config/load.ts";
export { createSecret, redact, type Secret } from "./config/secret.ts";
export { parseSection, readTextFile, textOrFile } from "./config/section.ts";
export { toDeadLetter, type DeadLetter, type DeadLetters } from "./dead-letter/entry.ts";
export { createFileDeadLetters } from "./dead-letter/file-store.ts";
export { deadLetterFile } from "./dead-letter/files.ts";
export { readDeadLetters } from "./dead-letter/read.ts";
export { retryDeadLetters, type RetryOutcome } from "./dead-letter/retry.ts";
export { ConfigurationError } from "./errors/configuration-error.ts";
export { ConnectorError, type ConnectorErrorOptions, type ExitCode } from "./errors/connector-error.ts";
export { FeedError, type FeedErrorOptions } from "./errors/feed-error.ts";
export { commandWords, createWording, retold, type HostWords } from "./errors/host-words.ts";
export { LockError } from "./errors/lock-error.ts";
export { NetworkError } from "./errors/network-error.ts";
export { PositionError } from "./errors/position-error.ts";
export { RebuiltError } from "./errors/rebuilt-error.ts";
export { TargetError } from "./errors/target-error.ts";
export { parseFilterConfig, writtenFilterSchema, type FilterConfig } from "./filter/config.ts";
export { createFilter, type Filter } from "./filter/filter.ts";
export { isLoopback, parseAddress } from "./http/address.ts";
export { authoritiesWith } from "./http/authorities.ts";
export { systemClock, type Clock } from "./http/clock.ts";
export { readEnvironmentProxies, type ChooseProxy } from "./http/proxy.ts";
export {
  createHttpClient,
  printable,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
} from "./http/request.ts";
export { retryAfterMs } from "./http/retry-after.ts";
export { backOffMs, defaultPatienceMs, defaultRetryPolicy, isTemporary, sendWithRetry, type RetryPolicy } from "./http/retry.ts";
export { clean } from "./log/clean.ts";
export {
  createLogger,
  silentLogger,
  toJsonLine,
  type LogContext,
  type Logger,
  type LogLevel,
  type LogRecord,
} from "./log/logger.ts";
export type {
  CheckpointStore,
  Connector,
  Destination,
  Cursor,
  Finding,
  Host,
  Look,
  Mapped,
  Mapping,
  MappingContext,
  Page,
  PositionKey,
  Refusal,
  Rejected,
  Sink,
  Source,
  Target,
} from "./pipeline/contract.ts";
export { addCounts, sumCounts } from "./pipeline/count.ts";
export { cutBySize } from "./pipeline/cut-by-size.ts";
export { onlyLook } from "./pipeline/look.ts";
export { targetName } from "./pipeline/target-name.ts";
export { poll, positionKeyOf, type CollectionSummary, type PollOptions } from "./pipeline/poll.ts";
export { run, type PageOutcome, type RunOptions } from "./pipeline/run.ts";
export { observableId } from "./stix/sco-identifier.ts";
export { isTooDeep } from "./stix/depth.ts";
export { canonicalJson, deterministicId, isStixIdentifier, stixNamespace, uuidV5 } from "./stix/identifier.ts";
export { repairNamespace } from "./stix/repaired-identifier.ts";
export { strictestTlp, tlpLevels, tlpMarking, type Tlp } from "./stix/marking.ts";
export {
  isIndicator,
  parseStixObject,
  type ExternalReference,
  type Indicator,
  type Parsed,
  type StixObject,
} from "./stix/object.ts";
export { withRepeatableTexts } from "./stix/repeated-text.ts";
export type { Observable } from "./stix/pattern/collect.ts";
export type { ObservableType } from "./stix/pattern/kind.ts";
export type { PatternLogic } from "./stix/pattern/logic.ts";
export { observablesOf, parsePattern, readObservables, type PatternResult } from "./stix/pattern/observable.ts";
export { maximumPatternLength, parseTree } from "./stix/pattern/parser.ts";
export { PatternError } from "./stix/pattern/pattern-error.ts";
export { isHashGroup } from "./stix/pattern/known-path.ts";
export { printPath, printPattern } from "./stix/pattern/print.ts";
export type {
  Comparison,
  ComparisonExpression,
  ComparisonGroup,
  ComparisonOperator,
  Existence,
  Literal,
  LiteralKind,
  Membership,
  ObjectPath,
  Observation,
  ObservationExpression,
  ObservationGroup,
  PathStep,
  Qualified,
  Qualifier,
} from "./stix/pattern/tree.ts";
export { fromMicroseconds, toEpochSeconds, toMicroseconds } from "./stix/timestamp.ts";
export { createFileBudgets } from "./taxii/budget-file.ts";
export { openBudgetAccount } from "./taxii/budget-account.ts";
export { budgetName, createMemoryBudgets, readBudgetEntries, type BudgetEntry, type BudgetStore } from "./taxii/budget-store.ts";
export { createCircuit } from "./taxii/circuit.ts";
export {
  createTaxiiClient,
  type ManifestAnswer,
  type ManifestQuery,
  type ObjectsAnswer,
  type ObjectsQuery,
  type TaxiiClient,
  type WalkClient,
} from "./taxii/client.ts";
export type { ApiRoot, Collection, Discovery, ManifestRecord } from "./taxii/resources.ts";
export { parseFeedConfig, pollSecondsSchema, startTime, writtenFeedSchema, type FeedConfig } from "./taxii/config.ts";
export { chooseCollections, openFeed, type Feed, type SourceOptions } from "./taxii/feed.ts";
export { createRateLimiter, type RateLimiter, type RequestKind } from "./taxii/rate-limit.ts";
export { createFeedSender, type SendToFeed } from "./taxii/send.ts";
export { readKeySpending, type KeySpending } from "./taxii/key-spending.ts";
export { createTaxiiSource, type TaxiiSourceOptions } from "./taxii/source.ts";
export { articleIdsOf, referenceUrlsOf } from "./vendor/article-link.ts";
export { articleExpansions, type ArticleExpansion, type ArticleQuery } from "./vendor/article-query.ts";
export type { Article, ArticleIoc, ArticleTechnique } from "./vendor/article.ts";
export {
  createArticleClient,
  type ArticleAnswer,
  type ArticleClient,
  type ArticleClientOptions,
  type ArticleUnavailable,
} from "./vendor/articles.ts";
export { exportCollection } from "./vendor/stix-export-client.ts";
export { createTurns } from "./turns.ts";
export { unlessMissing } from "./unless-missing.ts";
export { untilAborted } from "./until-aborted.ts";
export { userAgent, version } from "./version.ts";
