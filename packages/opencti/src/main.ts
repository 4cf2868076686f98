import { existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import {
  ConnectorError,
  createLogger,
  parseConfiguration,
  readEnvironmentProxies,
  toJsonLine,
  userAgent,
  type Logger,
  type LogLevel,
} from "@socdefenders/shared";
import { createGraphql } from "./platform/graphql.ts";
import { platformTime, runOnce, type RunContext } from "./platform/run.ts";
import { createSession } from "./platform/session.ts";
import { readSettings } from "./platform/settings.ts";

const configurationFile = "config.yml";
const patienceMs = 4500;

const interrupt = new AbortController();
let stopped: { readonly by: string; readonly exitCode: number } | undefined;
let log = openLog("error");

/** One run, or one every period until it is stopped. Resolves with the exit code. */
async function main(): Promise<number> {
  const file = existsSync(configurationFile)
    ? parseConfiguration(readFileSync(configurationFile, "utf8"), process.env, configurationFile)
    : {};
  const settings = readSettings(process.env, file);
  log = openLog(settings.logLevel);
  stopOnSignals(settings.periodMs > 0);
  const host = { log, userAgent, chooseProxy: readEnvironmentProxies(process.env) };
  const graphql = createGraphql(settings.opencti, host);
  const session = createSession(settings.opencti, host, graphql);
  try {
    await session.open(interrupt.signal);
    for (;;) {
      const exitCode = await attempt({ settings, graphql, session, host, log, signal: interrupt.signal });
      // A wrong configuration, a damaged position and what nobody foresaw are not cured by waiting.
      if (settings.periodMs === 0 || exitCode === 1 || exitCode === 2) return exitCode;
      await session.report({ next_run_datetime: platformTime(Date.now() + settings.periodMs) });
      await wait(settings.periodMs, undefined, { signal: interrupt.signal });
    }
  } finally {
    await session.close();
  }
}

async function attempt(context: RunContext): Promise<number> {
  try {
    return (await runOnce(context))?.exitCode ?? 0;
  } catch (error) {
    interrupt.signal.throwIfAborted();
    return report(error);
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

function openLog(lowest: LogLevel): Logger {
  return createLogger((record) => process.stderr.write(`${toJsonLine(record, new Date())}\n`), lowest);
}

process.exitCode = await main().catch((error: unknown) => {
  if (stopped === undefined) return report(error);
  log.info("stopped", `stopped by ${stopped.by}; every delivered page is behind the saved position`);
  return stopped.exitCode;
});
