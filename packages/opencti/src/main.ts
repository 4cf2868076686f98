import { existsSync, readFileSync } from "node:fs";
import {
  ConnectorError,
  createLogger,
  parseConfiguration,
  readEnvironmentProxies,
  TargetError,
  userAgent,
  type Logger,
  type LogRecord,
} from "@socdefenders/shared";
import { createGraphql } from "./platform/graphql.ts";
import { watchHealth, type HealthWatch } from "./platform/health.ts";
import { toPlainLine, toPlatformLine } from "./platform/log-line.ts";
import { createMetrics } from "./platform/metrics.ts";
import { startOperationsServer } from "./platform/operations-server.ts";
import { inOwnNames } from "./platform/own-names.ts";
import { pauseFor, pauseMs } from "./platform/pause.ts";
import { platformTime, runOnce, type RunContext } from "./platform/run.ts";
import { createSession, type Session } from "./platform/session.ts";
import { readSettings, type Settings } from "./platform/settings.ts";

const configurationFile = "config.yml";
const patienceMs = 4500;

const interrupt = new AbortController();
let stopped: { readonly by: string; readonly exitCode: number } | undefined;
// What is wrong with the settings is told in the form that holds unless they say otherwise.
let log = openLog({ logLevel: "error", logsJson: true });

/** One run, or one every period until it is stopped. Resolves with the exit code. */
async function main(): Promise<number> {
  const file = existsSync(configurationFile)
    ? parseConfiguration(readFileSync(configurationFile, "utf8"), process.env, configurationFile)
    : {};
  const settings = readSettings(process.env, file);
  log = openLog(settings, settings.opencti.connectorName);
  for (const warning of settings.warnings) log.warn("setting", warning);
  stopOnSignals(settings.periodMs > 0);
  const { metricsNamespace, metricsSubsystem, metricsPort, healthPort } = settings.observation;
  const metrics = createMetrics(metricsNamespace, metricsSubsystem);
  const watch = watchHealth();
  const operations = { ports: [metricsPort, healthPort], metrics: () => metrics.text(), health: () => watch.health() };
  const server = await startOperationsServer(operations);
  const host = { log, userAgent, chooseProxy: readEnvironmentProxies(process.env) };
  const graphql = createGraphql(settings.opencti, host);
  const session = createSession(settings.opencti, host, graphql, (answered) => {
    metrics.pinged(answered);
    watch.pinged(answered);
  });
  try {
    await openSession(session, settings);
    return await runAgainAndAgain({ settings, graphql, session, metrics, host, log, signal: interrupt.signal }, watch);
  } finally {
    metrics.is("stopped");
    await session.close();
    await server.close();
  }
}

/** A service outlives a platform that is not up yet, as at the start of all its containers; a single run tells whoever started it. */
async function openSession(session: Session, { periodMs }: Settings): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return void (await session.open(interrupt.signal));
    } catch (error) {
      interrupt.signal.throwIfAborted();
      if (periodMs === 0 || !(error instanceof TargetError)) throw error;
      report(error);
      await pauseFor(pauseMs(periodMs, failures), interrupt.signal);
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
    if (session.resets() === resets) await untilReset(pause, session);
  }
}

/** Waits, but not behind a reset on the platform: who asks for the feed anew gets it at once. */
async function untilReset(pause: number, session: Session): Promise<void> {
  try {
    await pauseFor(pause, AbortSignal.any([interrupt.signal, session.untilReset()]));
  } catch {
    interrupt.signal.throwIfAborted();
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
    interrupt.signal.throwIfAborted();
    return { exitCode: report(error), failure: error as Error, isBehind: false };
  }
}

function stopOnSignals(isService: boolean): void {
  const exitCodes = { SIGINT: 130, SIGTERM: isService ? 0 : 143 };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stopped ??= { by: signal, exitCode: exitCodes[signal] };
      interrupt.abort(new Error(`stopped by ${signal}`));
      // The position is saved after every page: leaving now repeats at most the page in hand.
      setTimeout(() => process.exit(exitCodes[signal]), patienceMs).unref();
    });
  }
}

function report(error: unknown): number {
  if (error instanceof ConnectorError) {
    log.error("failed", error.message, { remedy: error.remedy, exit_code: error.exitCode });
    return error.exitCode;
  }
  log.error("unexpected", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

function openLog({ logLevel, logsJson }: Pick<Settings, "logLevel" | "logsJson">, name = "SOC Defenders"): Logger {
  const toLine = logsJson ? toPlatformLine : toPlainLine;
  return createLogger((record) => process.stderr.write(`${toLine(withOwnNames(record), name, new Date())}\n`), logLevel);
}

/** The core and the sink speak of the command's configuration file, which is not the operator's here. */
function withOwnNames(record: LogRecord): LogRecord {
  const { remedy } = record.context;
  const context = typeof remedy === "string" ? { ...record.context, remedy: inOwnNames(remedy) } : record.context;
  return { ...record, message: inOwnNames(record.message), context };
}

process.exitCode = await main().catch((error: unknown) => {
  if (stopped === undefined) return report(error);
  log.info("stopped", `stopped by ${stopped.by}; every delivered page is behind the saved position`);
  return stopped.exitCode;
});
