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
import { z } from "zod";
import { parseConfig, type OpenctiConfig } from "../config.ts";
import { createReader, type Reader } from "./environment.ts";
import { inOwnNames } from "./own-names.ts";

/** Everything the connector's process is told by its environment and its config.yml. */
export interface Settings {
  readonly feed: FeedConfig;
  readonly opencti: OpenctiConfig;
  /** From the end of one run to the start of the next; 0 for a single run. */
  readonly periodMs: number;
  /** A run waits until less than this is queued for the platform's workers. */
  readonly queueThresholdMegabytes: number;
  readonly logLevel: LogLevel;
  /** Log lines as JSON, or for people. */
  readonly logsJson: boolean;
  readonly stateDirectory: string;
  readonly filter: Filter | undefined;
  readonly observation: ObservationSettings;
  /** What was set and is of no effect any more, for the log. */
  readonly warnings: readonly string[];
}

/** How the process can be watched. */
interface ObservationSettings {
  /** Where Prometheus finds the metrics; 0 is nowhere. */
  readonly metricsPort: number;
  readonly metricsNamespace: string;
  readonly metricsSubsystem: string;
  /** Where an orchestrator asks for `/health`; 0 is nowhere. */
  readonly healthPort: number;
  /** The address both listen on; undefined for all of the machine's. */
  readonly listenAddress: string | undefined;
}

/**
 * Reads the variables every OpenCTI connector has, and SOCDEFENDERS_ ones. The environment wins over config.yml (`section.key`), an
 * empty variable counts as not set. Throws ConfigurationError in the operator's own names.
 */
export function readSettings(environment: Environment, file: unknown): Settings {
  try {
    return readAll(createReader(environment, file));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(inOwnNames(error.message), { remedy: inOwnNames(error.remedy), cause: error });
  }
}

function readAll(read: Reader): Settings {
  read.demand("OPENCTI_URL", "OPENCTI_TOKEN", "CONNECTOR_ID", "SOCDEFENDERS_API_KEY");
  refuseUnsupported(read);
  const opencti = parseConfig(openctiSection(read), "opencti");
  const certificates = read.text("HTTPS_CA_CERTIFICATES");
  return {
    feed: parseFeedConfig(feedSection(read)),
    opencti: certificates === undefined ? opencti : { ...opencti, ca: readPem(certificates) },
    periodMs: read.flag("CONNECTOR_RUN_AND_TERMINATE") === true ? 0 : readPeriod(read.text("CONNECTOR_DURATION_PERIOD") ?? "PT1H"),
    queueThresholdMegabytes: readThreshold(read.number("CONNECTOR_QUEUE_THRESHOLD") ?? 500),
    logLevel: readLogLevel(read.text("CONNECTOR_LOG_LEVEL") ?? "error"),
    logsJson: read.flag("OPENCTI_JSON_LOGGING") ?? true,
    stateDirectory: read.text("SOCDEFENDERS_STATE_DIRECTORY") ?? "./state",
    filter: readFilter(read),
    observation: {
      metricsPort: read.flag("CONNECTOR_EXPOSE_METRICS") === true ? (read.number("CONNECTOR_METRICS_PORT") ?? 9095) : 0,
      metricsNamespace: readMetricName(read, "CONNECTOR_METRICS_NAMESPACE"),
      metricsSubsystem: readMetricName(read, "CONNECTOR_METRICS_SUBSYSTEM"),
      healthPort: read.number("SOCDEFENDERS_HEALTH_PORT") ?? 0,
      listenAddress: readListenAddress(read.text("SOCDEFENDERS_LISTEN_ADDRESS") ?? "127.0.0.1"),
    },
    warnings: Object.entries(former).flatMap(([name, advice]) => (read.text(name) === undefined ? [] : [`${name}: ${advice}`])),
  };
}

/** Variables of other times, and what is to be done about them. */
const former: Readonly<Record<string, string>> = {
  QUEUE_PROTOCOL: "is deprecated, use CONNECTOR_QUEUE_PROTOCOL",
  CONNECTOR_CONFIDENCE_LEVEL: "has no effect since OpenCTI 6: the confidence is the one of the connector's user",
  CONNECTOR_UPDATE_EXISTING_DATA: "has no effect since OpenCTI 6: leave it out",
  CONNECTOR_AUTO_CREATE_SERVICE_ACCOUNT: "has no effect here: give the token of a user made for the connector",
};

/** What other connectors can do and this one cannot is refused where it is asked for, rather than left out in silence. */
function refuseUnsupported(read: Reader): void {
  const type = read.text("CONNECTOR_TYPE");
  if (type !== undefined && type !== "EXTERNAL_IMPORT") {
    throw new ConfigurationError(`CONNECTOR_TYPE: ${type} is not what this connector is`, {
      remedy: "Write EXTERNAL_IMPORT, or leave it out.",
    });
  }
  for (const [name, remedy] of Object.entries(unsupported)) {
    if (read.flag(name) === true) throw new ConfigurationError(`${name} is not supported`, { remedy });
  }
}

const unsupported: Readonly<Record<string, string>> = {
  CONNECTOR_SEND_TO_S3: "Leave it out; CONNECTOR_SEND_TO_DIRECTORY writes the same bundles to a directory.",
  CONNECTOR_VALIDATE_BEFORE_IMPORT: "Leave it out; indicators are imported as they come.",
};

/** The filter of the command's configuration file; without any of its variables nothing is held back, reserved addresses neither. */
function readFilter(read: Reader): Filter | undefined {
  const section = withoutUnset({
    min_confidence: read.number("SOCDEFENDERS_MIN_CONFIDENCE"),
    indicator_types: read.list("SOCDEFENDERS_INDICATOR_TYPES"),
    ioc_types: read.list("SOCDEFENDERS_IOC_TYPES"),
    labels: read.list("SOCDEFENDERS_LABELS"),
    max_tlp: read.text("SOCDEFENDERS_MAX_TLP"),
    exclude: read.list("SOCDEFENDERS_EXCLUDE"),
  });
  const reserved = read.text("SOCDEFENDERS_RESERVED_ADDRESSES");
  if (reserved === undefined && Object.keys(section).length === 0) return undefined;
  // Setting another one must not begin to hold these back.
  return createFilter(parseFilterConfig({ ...section, reserved_addresses: reserved ?? "deliver" }));
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
    queue_protocol: read.text("CONNECTOR_QUEUE_PROTOCOL") ?? read.text("QUEUE_PROTOCOL"),
    create_observables: read.flag("SOCDEFENDERS_CREATE_OBSERVABLES"),
    ssl_verify: read.flag("OPENCTI_SSL_VERIFY"),
    custom_headers: readHeaders(read.text("OPENCTI_CUSTOM_HEADERS")),
    detection: read.flag("SOCDEFENDERS_DETECTION"),
    import_expired: read.flag("SOCDEFENDERS_IMPORT_EXPIRED"),
    import_articles: read.flag("SOCDEFENDERS_IMPORT_ARTICLES"),
    article_tlp: read.text("SOCDEFENDERS_ARTICLE_TLP"),
    mq: withoutUnset(broker),
    send_to_queue: read.flag("CONNECTOR_SEND_TO_QUEUE"),
    directory: read.flag("CONNECTOR_SEND_TO_DIRECTORY") === true ? withoutUnset(directory) : undefined,
  });
}

/** `name:value;name:value`, as every OpenCTI connector takes them. */
function readHeaders(text: string | undefined): Record<string, string> | undefined {
  const pairs = text
    ?.split(";")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => pair.split(/:(.*)/s, 2).map((part) => part.trim()));
  // What stands there without its name may be the secret itself, so it is not shown.
  if (pairs?.some(({ length }) => length < 2) === true) {
    throw new ConfigurationError("OPENCTI_CUSTOM_HEADERS: one of the headers has no name", {
      remedy: "Write name:value;name:value.",
    });
  }
  return pairs && (Object.fromEntries(pairs) as Record<string, string>);
}

function feedSection(read: Reader): object {
  return withoutUnset({
    endpoint: read.text("SOCDEFENDERS_ENDPOINT") ?? "https://socdefenders.ai/api/taxii2/",
    api_key: read.text("SOCDEFENDERS_API_KEY"),
    auth: read.text("SOCDEFENDERS_AUTH"),
    username: read.text("SOCDEFENDERS_USERNAME"),
    collections: read.list("SOCDEFENDERS_COLLECTIONS"),
    start: read.text("SOCDEFENDERS_START"),
    overlap: read.text("SOCDEFENDERS_OVERLAP"),
    page_size: read.number("SOCDEFENDERS_PAGE_SIZE"),
    requests_per_minute: read.number("SOCDEFENDERS_REQUESTS_PER_MINUTE"),
    requests_per_day: read.number("SOCDEFENDERS_REQUESTS_PER_DAY"),
    trusted_hosts: read.list("SOCDEFENDERS_TRUSTED_HOSTS"),
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

/** An empty queue is not less than nothing: no run would ever begin. */
function readThreshold(megabytes: number): number {
  if (megabytes > 0) return megabytes;
  throw new ConfigurationError("CONNECTOR_QUEUE_THRESHOLD: nothing would ever be read", { remedy: "Write a number above 0." });
}

/** What the process serves tells of errors and addresses: to other machines only where the operator wants it. */
function readListenAddress(text: string): string | undefined {
  if (text === "*") return undefined;
  if (z.union([z.ipv4(), z.ipv6()]).safeParse(text).success) return text;
  throw new ConfigurationError(`SOCDEFENDERS_LISTEN_ADDRESS: ${text} is no address`, {
    remedy: "Write an IP address of this machine, or * for all of them.",
  });
}

function readMetricName(read: Reader, name: string): string {
  const text = read.text(name) ?? "";
  if (/^(?:[A-Za-z_]\w*)?$/.test(text)) return text;
  throw new ConfigurationError(`${name}: ${text} is no part of a name in Prometheus`, {
    remedy: "Write letters, digits and underscores, no digit first.",
  });
}

function readLogLevel(text: string): LogLevel {
  const level = text.toLowerCase() === "warning" ? "warn" : text.toLowerCase();
  if (level === "debug" || level === "info" || level === "warn" || level === "error") return level;
  throw new ConfigurationError(`CONNECTOR_LOG_LEVEL: no such level: ${text}`, { remedy: "Choose debug, info, warning or error." });
}

/** The certificates themselves or the path of a file with them. */
function readPem(text: string): string {
  return text.includes("-----BEGIN") ? text : readTextFile(text, "HTTPS_CA_CERTIFICATES");
}
