import { existsSync } from "node:fs";
import {
  ConfigurationError,
  createFilter,
  durationMs,
  parseFeedConfig,
  parseFilterConfig,
  readTextFile,
  type Environment,
  type FeedConfig,
  type Filter,
  type LogLevel,
} from "@socdefenders/shared";
import { parseConfig, type OpenctiConfig } from "../config.ts";
import { createReader, type Reader } from "./environment.ts";

/** Everything the connector's process is told by its environment and its config.yml. */
export interface Settings {
  readonly feed: FeedConfig;
  readonly opencti: OpenctiConfig;
  /** From the end of one run to the start of the next; 0 for a single run. */
  readonly periodMs: number;
  /** A run waits until less than this is queued for the platform's workers. */
  readonly queueThresholdMegabytes: number;
  readonly logLevel: LogLevel;
  readonly stateDirectory: string;
  readonly importExpired: boolean;
  readonly filter: Filter | undefined;
}

/**
 * Reads the variables every OpenCTI connector has, and SOCDEFENDERS_ ones. The environment wins over config.yml (`section.key`), an
 * empty variable counts as not set. Throws ConfigurationError in the operator's own names.
 */
export function readSettings(environment: Environment, file: unknown): Settings {
  const read = createReader(environment, file);
  read.demand("OPENCTI_URL", "OPENCTI_TOKEN", "CONNECTOR_ID", "SOCDEFENDERS_API_KEY");
  const opencti = parseConfig(openctiSection(read), "opencti");
  const certificates = read.text("HTTPS_CA_CERTIFICATES");
  return {
    feed: parseFeedConfig(feedSection(read)),
    opencti: certificates === undefined ? opencti : { ...opencti, ca: readPem(certificates) },
    periodMs: read.flag("CONNECTOR_RUN_AND_TERMINATE") === true ? 0 : readPeriod(read.text("CONNECTOR_DURATION_PERIOD") ?? "PT1H"),
    queueThresholdMegabytes: read.number("CONNECTOR_QUEUE_THRESHOLD") ?? 500,
    logLevel: readLogLevel(read.text("CONNECTOR_LOG_LEVEL") ?? "error"),
    stateDirectory: read.text("SOCDEFENDERS_STATE_DIRECTORY") ?? "./state",
    importExpired: read.flag("SOCDEFENDERS_IMPORT_EXPIRED") ?? false,
    filter: readFilter(read.number("SOCDEFENDERS_MIN_CONFIDENCE")),
  };
}

/** There is no variable for reserved addresses: setting the confidence must not begin to hold them back. */
function readFilter(confidence: number | undefined): Filter | undefined {
  if (confidence === undefined) return undefined;
  if (confidence >= 0 && confidence <= 100)
    return createFilter(parseFilterConfig({ min_confidence: confidence, reserved_addresses: "deliver" }));
  throw new ConfigurationError(`SOCDEFENDERS_MIN_CONFIDENCE: ${confidence} is out of range`, {
    remedy: "Write a number from 0 to 100.",
  });
}

function openctiSection(read: Reader): object {
  const broker = {
    host: read.text("MQ_HOST"),
    port: read.number("MQ_PORT"),
    vhost: read.text("MQ_VHOST"),
    use_ssl: read.flag("MQ_USE_SSL"),
    user: read.text("MQ_USER"),
    pass: read.text("MQ_PASS"),
    ca_file: read.text("MQ_USE_SSL_CA"),
    cert_file: read.text("MQ_USE_SSL_CERT"),
    key_file: read.text("MQ_USE_SSL_KEY"),
    passphrase: read.text("MQ_USE_SSL_PASSPHRASE"),
    reject_unauthorized: read.flag("MQ_USE_SSL_REJECT_UNAUTHORIZED"),
  };
  const directory = {
    path: read.text("CONNECTOR_SEND_TO_DIRECTORY_PATH"),
    retention_days: read.number("CONNECTOR_SEND_TO_DIRECTORY_RETENTION"),
  };
  return withoutUnset({
    url: read.text("OPENCTI_URL"),
    token: read.text("OPENCTI_TOKEN"),
    connector_id: read.text("CONNECTOR_ID"),
    connector_name: read.text("CONNECTOR_NAME"),
    connector_scope: read.list("CONNECTOR_SCOPE"),
    queue_protocol: read.text("CONNECTOR_QUEUE_PROTOCOL"),
    create_observables: read.flag("SOCDEFENDERS_CREATE_OBSERVABLES"),
    mq: withoutUnset(broker),
    send_to_queue: read.flag("CONNECTOR_SEND_TO_QUEUE"),
    directory: read.flag("CONNECTOR_SEND_TO_DIRECTORY") === true ? withoutUnset(directory) : undefined,
  });
}

function feedSection(read: Reader): object {
  return withoutUnset({
    endpoint: read.text("SOCDEFENDERS_ENDPOINT") ?? "https://socdefenders.ai/api/taxii2/",
    api_key: read.text("SOCDEFENDERS_API_KEY"),
    auth: read.text("SOCDEFENDERS_AUTH"),
    username: read.text("SOCDEFENDERS_USERNAME"),
    collections: read.list("SOCDEFENDERS_COLLECTIONS"),
    start: read.text("SOCDEFENDERS_START"),
    page_size: read.number("SOCDEFENDERS_PAGE_SIZE"),
    ca_file: read.text("SOCDEFENDERS_CA_FILE"),
    proxy: read.text("SOCDEFENDERS_PROXY"),
  });
}

function withoutUnset(section: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));
}

/** `0`, as other connectors take it, and PT0S are a single run; the feed's cache makes anything under a minute pointless. */
function readPeriod(text: string): number {
  const milliseconds = text === "0" ? 0 : durationMs(text, Date.now());
  if (milliseconds !== undefined) return milliseconds === 0 ? 0 : Math.max(60_000, milliseconds);
  throw new ConfigurationError(`CONNECTOR_DURATION_PERIOD: ${text} is no duration`, {
    remedy: "Write an ISO 8601 duration like PT1H.",
  });
}

function readLogLevel(text: string): LogLevel {
  const level = text.toLowerCase() === "warning" ? "warn" : text.toLowerCase();
  if (level === "debug" || level === "info" || level === "warn" || level === "error") return level;
  throw new ConfigurationError(`CONNECTOR_LOG_LEVEL: no such level: ${text}`, { remedy: "Choose debug, info, warning or error." });
}

/** The certificates themselves or the path of a file with them. */
function readPem(text: string): string {
  return text.includes("-----BEGIN") || !existsSync(text) ? text : readTextFile(text, "HTTPS_CA_CERTIFICATES");
}
