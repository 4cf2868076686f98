import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, type Host, type Sink } from "@socdefenders/shared";
import {
  createCertificate,
  startLogsIngestion,
  startManagedIdentity,
  type LogsAnswer,
  type LogsFault,
  type LogsIngestionOptions,
  type RunningLogsIngestion,
} from "@socdefenders/simulator";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { parseLogsConfig } from "./logs/config.test.section.ts";
import { columns, type SentinelRow } from "./mapping.ts";
import { createSink, type SinkOptions } from "./sink.ts";

const ruleId: string = `dcr-${"0123456789abcdef".repeat(2)}`;
const stream = "Custom-SOCDefendersIndicators_CL";
export const never: AbortSignal = new AbortController().signal;
export const fast: SinkOptions = { retryPolicy: { attempts: 3, baseMs: 1, maximumMs: 2, repeatUnknown: true }, timeoutMs: 30_000 };

interface Receivers {
  readonly start: (options?: Partial<LogsIngestionOptions>) => Promise<RunningLogsIngestion>;
  readonly open: (
    endpoint: string,
    section?: Record<string, unknown>,
    options?: SinkOptions,
    log?: Host["log"],
  ) => Sink<SentinelRow>;
  /** An authority that signed none of the receivers' certificates. */
  readonly strangersFile: () => Promise<string>;
}

/** An HTTPS receiver, a managed identity and sinks before them, for the tests of the file that calls this. */
export function useReceivers(): Receivers {
  // Tokens are cached for the whole process, so one identity serves all tests of a file.
  let identity: Awaited<ReturnType<typeof startManagedIdentity>>;
  let certificate: Awaited<ReturnType<typeof createCertificate>>;
  let directory: string;
  const receivers: RunningLogsIngestion[] = [];

  beforeAll(async () => {
    identity = await startManagedIdentity();
    for (const [name, value] of Object.entries(identity.environment)) vi.stubEnv(name, value);
    certificate = await createCertificate();
    directory = await mkdtemp(join(tmpdir(), "sentinel-sink-"));
    writeFileSync(join(directory, "ca.pem"), certificate.ca);
  });
  afterEach(async () => {
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await identity.close();
    await rm(directory, { recursive: true });
  });

  return {
    async start(options = {}) {
      const streams = { [stream]: Object.keys(columns) };
      const receiver = await startLogsIngestion({ tls: certificate, ruleId, streams, audienceOf: identity.audienceOf, ...options });
      receivers.push(receiver);
      return receiver;
    },
    open(endpoint, section = {}, options = fast, log = silentLogger) {
      const config = parseLogsConfig({ endpoint, rule_id: ruleId, ca_file: join(directory, "ca.pem"), ...section });
      return createSink(config, { log, userAgent: "socdefenders-connectors/test" }, options);
    },
    async strangersFile() {
      const file = join(directory, "other.pem");
      writeFileSync(file, (await createCertificate()).ca);
      return file;
    },
  };
}

/** Answers the first calls as told, then as usual. */
export function first(...answers: readonly (LogsAnswer | LogsFault)[]): Required<Pick<LogsIngestionOptions, "intercept">> {
  return { intercept: (call) => answers[call - 1] };
}

export function row(number: number, change: Partial<SentinelRow> = {}): SentinelRow {
  return {
    TimeGenerated: "2026-05-16T09:30:00.000Z",
    IndicatorId: `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    ObservableKey: "ipv4-addr:value",
    ObservableValue: "198.51.100.3",
    IocType: "ipv4",
    Partial: false,
    Pattern: "[ipv4-addr:value = '198.51.100.3']",
    Tags: ["cobaltstrike"],
    IndicatorTypes: [],
    ValidFrom: "2026-05-16T08:00:00.000Z",
    Created: "2026-05-16T08:00:00.000Z",
    Modified: "2026-05-16T09:30:00.000Z",
    Revoked: false,
    IsActive: true,
    Collection: "soc-defenders-all",
    SourceSystem: "SOC Defenders",
    References: [],
    ...change,
  };
}

export const rows = (count: number, change?: Partial<SentinelRow>): SentinelRow[] =>
  Array.from({ length: count }, (_, place) => row(place, change));
