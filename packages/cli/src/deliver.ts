import {
  ConnectorError,
  createArticleClient,
  createFileBudgets,
  createFileDeadLetters,
  createFileStore,
  openFeed,
  poll,
  toMicroseconds,
  startTime,
  type CollectionSummary,
  type DeadLetters,
  type Feed,
  type Host,
  type SourceOptions,
} from "@socdefenders/shared";
import type { Config, ConfiguredTarget } from "./config.ts";
import { warnOfFormerExport } from "./former-export.ts";
import { createLastRuns, type LastRuns } from "./status/last-runs.ts";
import { createProgress, type Progress } from "./terminal/progress.ts";
import { hostOf, type Terminal } from "./terminal/terminal.ts";

/**
 * Delivers what is new to every given target, all at the same time, each with its own position. A target that fails does not stop
 * the others; its error is thrown once they are done. Summaries go to `onSummary` as they come.
 */
export async function deliver(
  config: Config,
  targets: readonly ConfiguredTarget[],
  terminal: Terminal,
  onSummary: (summary: CollectionSummary) => Promise<void> | void,
  { expected, walk }: DeliverOptions = {},
): Promise<void> {
  const host: Host = { ...hostOf(terminal), budgets: createFileBudgets(config.stateDirectory) };
  const feed = openFeed(config.feed, host);
  const progress = createProgress(terminal.progress);
  const deadLetters = createFileDeadLetters(config.stateDirectory);
  const lastRuns = createLastRuns(config.stateDirectory);
  const articles = { client: createArticleClient({ config: config.feed, send: feed.send }), directory: config.stateDirectory };
  const delivery = {
    config,
    feed,
    host: { ...host, articles },
    terminal,
    progress,
    deadLetters,
    onSummary,
    expected,
    walk,
    lastRuns,
  };
  try {
    const runs = targets.map((target) => deliverTo(target, delivery));
    const results = await Promise.allSettled(runs);
    await saveLastRuns(lastRuns, targets, results, terminal);
    const [first, ...others] = distinct(
      results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : [])),
    );
    for (const error of others) logFailure(terminal, error);
    if (first !== undefined) throw first;
  } finally {
    progress.stop();
    await feed.close();
  }
}

interface DeliverOptions {
  /** The number of items, for the progress bar, where it is known. */
  readonly expected?: number;
  /** What the operator changes of the walks. */
  readonly walk?: SourceOptions;
}

interface Delivery {
  readonly config: Config;
  readonly feed: Feed;
  readonly host: Host;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly deadLetters: DeadLetters;
  readonly onSummary: (summary: CollectionSummary) => Promise<void> | void;
  readonly expected: number | undefined;
  readonly walk: SourceOptions | undefined;
  readonly lastRuns: LastRuns;
}

/** For `status`. What cannot be kept for it is told and stops nothing. */
async function saveLastRuns(
  lastRuns: LastRuns,
  targets: readonly ConfiguredTarget[],
  results: readonly PromiseSettledResult<void>[],
  { log, signal }: Terminal,
): Promise<void> {
  for (const [place, { name }] of targets.entries()) {
    const result = results[place];
    if (result?.status === "rejected" && !signal.aborted) lastRuns.noteFailure(name, result.reason as Error);
  }
  await lastRuns
    .save()
    .catch((error: Error) => log.warn("status_not_saved", `the outcome of this run is not kept: ${error.message}`));
}

async function deliverTo({ name, open }: ConfiguredTarget, delivery: Delivery): Promise<void> {
  const { config, feed, host, terminal, progress, deadLetters, onSummary, expected, walk, lastRuns } = delivery;
  const { map, sink, checkpoints = createFileStore(config.stateDirectory) } = open(host);
  await warnOfFormerExport(name, config, terminal.log);
  const started = Date.now();
  let delivered = 0;
  const summaries = poll({
    feed,
    target: name,
    map,
    filter: config.filter,
    sink,
    checkpoints,
    deadLetters,
    log: terminal.log,
    signal: terminal.signal,
    walk,
    onPage: (outcome) => {
      delivered += outcome.delivered;
      const { done, total } =
        expected === undefined ? timeCovered(config, outcome.position, started) : { done: delivered, total: expected };
      progress.update(name, done, total, `${delivered.toLocaleString("en")} delivered`);
    },
  });
  const failures: ConnectorError[] = [];
  for await (const summary of summaries) {
    if (summary.failure !== undefined) failures.push(summary.failure);
    if (summary.failure === undefined) progress.update(name, 1, 1, `${delivered.toLocaleString("en")} delivered`);
    lastRuns.note(summary);
    await onSummary(summary);
  }
  const [first, ...others] = distinct(failures);
  for (const error of others) logFailure(terminal, error);
  if (first !== undefined) throw first;
}

/** What several targets or collections met alike, a wrong key for instance, is one failure. */
function distinct<Failure extends Error>(failures: readonly Failure[]): readonly Failure[] {
  return failures.filter(({ message }, index) => failures.findIndex((other) => other.message === message) === index);
}

/** The first failure is thrown and reported by whoever handles it; the others are reported here, so that none is lost. */
function logFailure({ log, signal }: Terminal, error: Error): void {
  if (!signal.aborted) log.error("failed", error.message, error instanceof ConnectorError ? { remedy: error.remedy } : {});
}

/** A feed does not say how much there is: the share of the time between the start and now is what can be known. */
function timeCovered({ feed }: Config, position: string | undefined, now: number): { done: number; total: number } {
  const first = Number(toMicroseconds(startTime(feed.start, now)) ?? 0n) / 1000;
  const reached = position === undefined ? first : Number(toMicroseconds(position) ?? 0n) / 1000;
  return { done: Math.max(0, Math.min(reached, now) - first), total: Math.max(1, now - first) };
}
