import { existsSync, readFileSync } from "node:fs";
import {
  ConnectorError,
  createLogger,
  parseConfiguration,
  readEnvironmentProxies,
  retold,
  TargetError,
  userAgent,
  type Environment,
  type Host,
  type Logger,
} from "@socdefenders/shared";
import { createGraphql } from "./platform/graphql.ts";
import { watchHealth, type HealthWatch } from "./platform/health.ts";
import { toPlainLine, toPlatformLine } from "./platform/log-line.ts";
import { createMetrics } from "./platform/metrics.ts";
import { startOperationsServer } from "./platform/operations-server.ts";
import { inOwnNames } from "./platform/own-names.ts";
import { pauseFor, pauseMs } from "./platform/pause.ts";
import { platformTime, runOnce, type RunContext } from "./platform/run.ts";
import { createSession } from "./platform/session.ts";
import { readSettings, type Settings } from "./platform/settings.ts";
import { createSink } from "./sink.ts";

const configurationFile = "config.yml";

/** What the connector knows of the process it runs in. */
export interface Surroundings {
  readonly environment: Environment;
  /** Takes a line of the log. */
  readonly print: (line: string) => void;
  /** Told before anything else is done whether it stays until it is stopped, or runs once. */
  readonly onKind: (isService: boolean) => void;
  /** Aborts when the process is told to stop; its reason says by what. */
  readonly signal: AbortSignal;
}

/** One run, or one every period until it is stopped. Resolves with the exit code; rejects with the signal's reason when it is stopped. */
export async function runConnector({ environment, print, onKind, signal }: Surroundings): Promise<number> {
  // What is wrong with the settings is told in the form that holds unless they say otherwise.
  let log = openLog(print, { logLevel: "error", logsJson: true });
  try {
    const settings = readAllSettings(environment);
    onKind(settings.periodMs > 0);
    log = openLog(print, settings, settings.opencti.connectorName);
    for (const warning of settings.warnings) log.warn("setting", warning);
    signal.throwIfAborted();
    return await serve(settings, { log, userAgent, chooseProxy: readEnvironmentProxies(environment) }, signal);
  } catch (error) {
    if (!signal.aborted) return report(log, error);
    log.info("stopped", `${(signal.reason as Error).message}; every delivered page is behind the saved position`);
    throw error;
  }
}

function readAllSettings(environment: Environment): Settings {
  const file = existsSync(configurationFile)
    ? parseConfiguration(readFileSync(configurationFile, "utf8"), environment, configurationFile)
    : {};
  return readSettings(environment, file);
}

async function serve(settings: Settings, host: Host, signal: AbortSignal): Promise<number> {
  const { log } = host;
  const { metricsNamespace, metricsSubsystem, metricsPort, healthPort, listenAddress: address } = settings.observation;
  const metrics = createMetrics(metricsNamespace, metricsSubsystem);
  const watch = watchHealth();
  const ports = [metricsPort, healthPort];
  const server = await startOperationsServer({ ports, address, metrics: () => metrics.text(), health: () => watch.health() });
  const graphql = createGraphql(settings.opencti, host);
  const session = createSession(settings.opencti, host, graphql, (answered) => {
    metrics.pinged(answered);
    watch.pinged(answered);
  });
  try {
    const sink = createSink(settings.opencti, { log, graphql, session });
    const context = { settings, graphql, session, sink, metrics, host, log, signal };
    await openSession(context);
    return await runAgainAndAgain(context, watch);
  } finally {
    metrics.is("stopped");
    await session.close();
    await server.close();
  }
}

/** A service outlives a platform that is not up yet, as at the start of all its containers; a single run tells whoever started it. */
async function openSession({ session, settings: { periodMs }, log, signal }: RunContext): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return void (await session.open(signal));
    } catch (error) {
      signal.throwIfAborted();
      if (periodMs === 0 || !(error instanceof TargetError)) throw error;
      report(log, error);
      await pauseFor(pauseMs(periodMs, failures), signal);
    }
  }
}

async function runAgainAndAgain(context: RunContext, watch: HealthWatch): Promise<number> {
  const { settings, session, metrics } = context;
  for (let failures = 0; ;) {
    metrics.is("running");
    metrics.ran();
    const { exitCode, failure, isBehind } = await attempt(context);
    metrics.is("idle");
    watch.ran(failure);
    if (exitCode !== 0) metrics.failed(failure instanceof TargetError);
    // A wrong configuration, a damaged position and what nobody foresaw are not cured by waiting.
    if (settings.periodMs === 0 || exitCode === 1 || exitCode === 2) return exitCode;
    failures = exitCode !== 0 || isBehind ? failures + 1 : 0;
    const pause = pauseMs(settings.periodMs, failures);
    const resets = session.resets();
    await session.report({ next_run_datetime: platformTime(Date.now() + pause) });
    if (session.resets() === resets) await untilReset(pause, context);
  }
}

/** Waits, but not behind a reset on the platform: who asks for the feed anew gets it at once. */
async function untilReset(pause: number, { session, signal }: RunContext): Promise<void> {
  try {
    await pauseFor(pause, AbortSignal.any([signal, session.untilReset()]));
  } catch {
    signal.throwIfAborted();
  }
}

interface Attempt {
  readonly exitCode: number;
  readonly failure?: Error;
  readonly isBehind: boolean;
}

async function attempt(context: RunContext): Promise<Attempt> {
  try {
    const outcome = await runOnce(context);
    if (outcome.kind !== "failed") return { exitCode: 0, isBehind: outcome.kind === "buffering" };
    return { exitCode: outcome.failure.exitCode, failure: outcome.failure, isBehind: false };
  } catch (error) {
    context.signal.throwIfAborted();
    return { exitCode: report(context.log, error), failure: error as Error, isBehind: false };
  }
}

function report(log: Logger, error: unknown): number {
  if (error instanceof ConnectorError) {
    log.error("failed", error.message, { remedy: error.remedy, exit_code: error.exitCode });
    return error.exitCode;
  }
  log.error("unexpected", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

function openLog(
  print: (line: string) => void,
  { logLevel, logsJson }: Pick<Settings, "logLevel" | "logsJson">,
  name = "SOC Defenders",
): Logger {
  const toLine = logsJson ? toPlatformLine : toPlainLine;
  // The core and the sink speak of the command's configuration file, which is not the operator's here.
  return createLogger((record) => print(toLine(retold(record, inOwnNames), name, new Date())), logLevel);
}
