import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  createCertificate,
  readRecords,
  sampleBytes,
  simulatedKeys,
  startBlobStorage,
  startFeed,
  startLogsIngestion,
  startManagedIdentity,
  startThreatIntelligence,
  type FeedOptions,
  type LogsIngestionOptions,
  type FeedRecord,
  type LogsRow,
  type RunningBlobStorage,
  type RunningServer,
  type ThreatIntelligenceOptions,
} from "@socdefenders/simulator";
import type { ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll } from "vitest";
import { healthColumns, type HealthRow } from "../health-row.ts";
import { columns } from "../mapping.ts";
import { openIn } from "../state/open.test.container.ts";
import { sentObjects, sentRow, type Sent } from "./sent.test.host.ts";

const execute = promisify(execFile);
const worker = fileURLToPath(new URL("../main.test.worker.ts", import.meta.url));
const buildProgram = fileURLToPath(new URL("../../build.ts", import.meta.url));

const ruleId: string = `dcr-${"0123456789abcdef".repeat(2)}`;
const streams: Readonly<Record<string, readonly string[]>> = {
  "Custom-SOCDefendersIndicators_CL": Object.keys(columns),
  "Custom-SOCDefendersHealth_CL": Object.keys(healthColumns),
};
const workspaceId = "11111111-2222-4333-8444-555555555555";
const records = readRecords(sampleBytes());

/** Every destination there is, as SENTINEL_DESTINATIONS names it. */
export const destinationNames = ["logs", "threat-intelligence"] as const;
export type DestinationName = (typeof destinationNames)[number];

/** What the stand-in worker tells of one run. */
interface Run {
  readonly registered: readonly { readonly name: string; readonly bindings: Readonly<Record<string, unknown>> }[];
  readonly logs: readonly { readonly level: string; readonly event: string; readonly message: string; readonly remedy?: string }[];
  readonly failure?: string;
  /** What went to stderr. */
  readonly errors: string;
}

/** A run under way. */
export interface StartedRun {
  /** Undefined for a process that was killed. */
  readonly done: Promise<Run | undefined>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
}

export interface AzureOptions {
  readonly indicators?: number;
  readonly feed?: Partial<FeedOptions>;
  readonly logs?: Partial<LogsIngestionOptions>;
  readonly threatIntelligence?: Partial<ThreatIntelligenceOptions>;
}

/** What a destination does instead of taking an upload; both know these faults. Undefined takes it. */
type Interceptor = (
  call: number,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | "hang" | "reset" | undefined;

/** A function app with everything it talks to. */
export interface FunctionApp {
  /** Where it was built. */
  readonly directory: string;
  readonly served: readonly FeedRecord[];
  readonly storage: RunningBlobStorage;
  /** Sees every further upload of indicators to a destination, counted from 1. */
  readonly intercept: (destination: DestinationName, interceptor: Interceptor | undefined) => void;
  /** Starts a run with settings changed; `past-due` as flag is a timer that is late. */
  readonly start: (change?: Readonly<Record<string, string>>, ...flags: readonly string[]) => StartedRun;
  /** One run to its end. */
  readonly run: (change?: Readonly<Record<string, string>>, ...flags: readonly string[]) => Promise<Run>;
  /** The state, as another process sees it. */
  readonly container: () => Promise<ContainerClient>;
  /** What each destination has taken, in the order of arrival, repetitions included. */
  readonly delivered: () => Readonly<Record<DestinationName, readonly Sent[]>>;
  readonly health: () => readonly HealthRow[];
}

/** Builds the function app for the tests of a file. */
export function useFunctionApp(): { start(options?: AzureOptions): Promise<FunctionApp> } {
  const running: RunningServer[] = [];
  let directory: string;
  let certificate: Awaited<ReturnType<typeof createCertificate>>;
  let storage: RunningBlobStorage;
  let started = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sentinel-function-"));
    const build = execute(process.execPath, [buildProgram, directory]);
    [certificate, storage] = await Promise.all([createCertificate(), startBlobStorage(), build]);
    running.push(storage);
    await writeFile(join(directory, "ca.pem"), certificate.ca);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(running.map((server) => server.close()));
    await rm(directory, { recursive: true });
  });

  return {
    start: (options = {}) => {
      storage.intercept(undefined);
      return prepareApp(options, { directory, certificate, running, storage, stateContainer: `state-${(started += 1)}` });
    },
  };
}

interface Place {
  readonly directory: string;
  readonly certificate: Awaited<ReturnType<typeof createCertificate>>;
  readonly running: RunningServer[];
  readonly storage: RunningBlobStorage;
  readonly stateContainer: string;
}

/** Everything the function talks to, and the function itself. */
async function prepareApp(options: AzureOptions, place: Place): Promise<FunctionApp> {
  const { directory, certificate, running, storage, stateContainer } = place;
  const served = records.slice(0, options.indicators ?? 1200);
  const [feed, identity] = await Promise.all([startFeed({ records: served, ...options.feed }), startManagedIdentity()]);
  const interceptors = new Map<DestinationName, Interceptor>();
  const uploads = { logs: 0, "threat-intelligence": 0 };
  const look = (destination: DestinationName): ReturnType<Interceptor> =>
    interceptors.get(destination)?.((uploads[destination] += 1));
  const { audienceOf } = identity;
  const [logs, store] = await Promise.all([
    startLogsIngestion({
      tls: certificate,
      ruleId,
      streams,
      audienceOf,
      ...options.logs,
      intercept: (call, rows) => options.logs?.intercept?.(call, rows) ?? (rows.some(isIndicatorRow) ? look("logs") : undefined),
    }),
    startThreatIntelligence({
      workspaceIds: [workspaceId],
      audienceOf,
      // Runs follow each other faster than in Azure; each keeps to the limit by itself.
      requestsPerMinute: 100_000,
      ...options.threatIntelligence,
      intercept: (call, objects) => options.threatIntelligence?.intercept?.(call, objects) ?? look("threat-intelligence"),
    }),
  ]);
  running.push(feed, identity, logs, store);
  const settings: Readonly<Record<string, string>> = {
    ...identity.environment,
    NODE_EXTRA_CA_CERTS: join(directory, "ca.pem"),
    SOCDEFENDERS_SCHEDULE: "0 */15 * * * *",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "2000-01-01T00:00:00Z",
    SENTINEL_DESTINATIONS: destinationNames.join(","),
    SENTINEL_TI_ENDPOINT: store.url,
    SENTINEL_WORKSPACE_ID: workspaceId,
    LOGS_INGESTION_ENDPOINT: logs.url,
    DCR_IMMUTABLE_ID: ruleId,
    AzureWebJobsStorage: storage.connectionString,
    STATE_CONTAINER: stateContainer,
  };

  const start = (change: Readonly<Record<string, string>> = {}, ...flags: readonly string[]): StartedRun => {
    const parameters = [worker, join(directory, "function-app"), randomUUID(), ...flags];
    const child = spawn(process.execPath, parameters, { env: { ...settings, ...change }, stdio: ["ignore", "pipe", "pipe"] });
    const errors = text(child.stderr);
    const done = text(child.stdout).then(async (line) => {
      if (child.signalCode === "SIGKILL" || line === "") return undefined;
      return { ...(JSON.parse(line) as Omit<Run, "errors">), errors: await errors };
    });
    return { done, kill: (signal) => child.kill(signal) };
  };

  return {
    directory,
    served,
    storage,
    intercept: (destination, interceptor) => {
      if (interceptor === undefined) interceptors.delete(destination);
      else interceptors.set(destination, interceptor);
    },
    start,
    async run(change, ...flags) {
      const run = await start(change, ...flags).done;
      if (run === undefined) throw new Error("the worker was killed");
      return run;
    },
    container: () => openIn(storage, stateContainer),
    delivered: () => ({
      logs: logs.rows().filter(isIndicatorRow).map(sentRow),
      "threat-intelligence": sentObjects(store.stored(), store.objects()),
    }),
    health: () => logs.rows().filter((row) => !isIndicatorRow(row)) as unknown as readonly HealthRow[],
  };
}

export const isIndicatorRow = (row: LogsRow): boolean => "IndicatorId" in row;

/** Ends the lease of a process that was killed, as time would. */
export async function breakLock(container: ContainerClient): Promise<void> {
  await container.getBlobClient("lock").getBlobLeaseClient().breakLease(0);
}
