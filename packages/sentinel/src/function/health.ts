import { setTimeout as wait } from "node:timers/promises";
import {
  addCounts,
  backOffMs,
  clean,
  defaultRetryPolicy,
  sumCounts,
  TargetError,
  toMicroseconds,
  userAgent,
  version,
  type Logger,
} from "@socdefenders/shared";
import type { LogsConfig } from "../config.ts";
import type { HealthRow } from "../health-row.ts";
import { readFailure } from "../logs/answer.ts";
import { createLogsClient, type LogsClient } from "../logs/client.ts";
import { toFailure } from "./failure.ts";
import type { Outcome } from "./outcome.ts";

/** The row of one run and destination. `now` is the end of the run. */
export function toHealthRow(outcome: Outcome, runId: string, now: Date): HealthRow {
  const { destination, status, counts, positions, failures, durationMs } = outcome;
  const lag = lagSeconds(Object.values(positions), now);
  return {
    TimeGenerated: now.toISOString(),
    RunId: runId,
    Destination: destination,
    Status: status,
    Read: counts.read,
    Delivered: counts.delivered,
    Skipped: sumCounts(counts.skipped),
    SkippedReasons: mostFrequent(counts.skipped),
    Refused: sumCounts(counts.refused),
    RefusedReasons: mostFrequent(counts.refused),
    Withheld: sumCounts(counts.withheld),
    WithheldReasons: mostFrequent(counts.withheld),
    Positions: positions,
    ...(lag !== undefined && { LagSeconds: lag }),
    DurationMs: Math.round(durationMs),
    Version: version,
    ...(failures.length > 0 && {
      Error: distinct(failures.map(({ message }) => message)),
      Remedy: distinct(failures.map(({ remedy }) => remedy)),
    }),
  };
}

/** Sends health rows within the time given. What fails is a warning: it is no reason to call a run failed, or to hide why one did. */
export async function sendHealth(config: LogsConfig, rows: readonly HealthRow[], timeoutMs: number, log: Logger): Promise<void> {
  try {
    await upload(createLogsClient(config, userAgent, timeoutMs), rows, timeoutMs);
  } catch (error) {
    const { message, remedy } = toFailure(error);
    log.warn("health_not_sent", `the health of this run is not known to Sentinel: ${message}`, {
      remedy: remedy.replace("DCR_STREAM", "HEALTH_STREAM"),
    });
  }
}

async function upload(client: LogsClient, rows: readonly HealthRow[], timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  const signal = AbortSignal.timeout(timeoutMs);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.upload(rows, signal);
    } catch (thrown) {
      const verdict = readFailure(thrown, client.where);
      if (verdict.kind === "failed") throw verdict.error;
      if (verdict.kind !== "temporary") throw refused(client, verdict.kind === "too-large" ? "HTTP 413" : verdict.reason, thrown);
      const pauseMs = verdict.waitMs ?? backOffMs(defaultRetryPolicy, attempt);
      if (Date.now() + pauseMs >= until) throw notNow(verdict.error);
      await wait(pauseMs);
    }
  }
}

function refused({ where }: LogsClient, reason: string, cause: unknown): TargetError {
  return new TargetError(`${where}: ${reason}`, {
    remedy: "Check DCR_STREAM, and that the rule declares it with the columns of the table SOCDefendersHealth_CL.",
    cause,
  });
}

function notNow(cause: TargetError): TargetError {
  return new TargetError(cause.message, { remedy: "Nothing has to be done unless it stays; the next run sends its own.", cause });
}

/** Age of the oldest position; undefined where a collection has none. */
function lagSeconds(positions: readonly (string | null)[], now: Date): number | undefined {
  const times = positions.map((position) => (position === null ? undefined : toMicroseconds(position)));
  const known = times.filter((time) => time !== undefined);
  if (known.length === 0 || known.length < times.length) return undefined;
  return Math.max(...known.map((time) => now.getTime() / 1000 - Number(time / 1000n) / 1000));
}

const mostReasons = 50;

/** A target may word each refusal differently, and a field holds 64 KB. */
function mostFrequent(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const shown: Record<string, number> = {};
  for (const [reason, count] of Object.entries(counts)) addCounts(shown, { [clean(reason, 500)]: count });
  const sorted = Object.entries(shown).toSorted(([, one], [, other]) => other - one);
  const others = sorted.slice(mostReasons).reduce((sum, [, count]) => sum + count, 0);
  return { ...Object.fromEntries(sorted.slice(0, mostReasons)), ...(others > 0 && { "other reasons": others }) };
}

const distinct = (texts: readonly string[]): string => clean([...new Set(texts)].join(" | "), 8000);
