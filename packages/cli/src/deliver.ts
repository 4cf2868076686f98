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
import { tellAll, type RunObserver } from "./service/observer.ts";
import { openTelemetry, type Telemetry } from "./service/telemetry.ts";
import { createLastRuns, type LastRuns } from "./status/last-runs.ts";
import { createProgress, type Progress } from "./terminal/progress.ts";
import { hostOf, type Terminal } from "./terminal/terminal.ts";

/** What targets are delivered by. What those that run at the same time ask the feed alike is asked once. */
export interface Delivery {
  /** Delivers what is new. Throws what ended it early, once what the run did is kept for `status`. */
  deliverTo(target: ConfiguredTarget): Promise<void>;
  close(): void;
}

export interface DeliveryOptions {
  readonly onSummary: (summary: CollectionSummary) => Promise<void> | void;
  /** The number of items, for the progress bar, where it is known. */
  readonly expected?: number;
  /** What the operator changes of the walks. */
  readonly walk?: SourceOptions;
  readonly observer?: RunObserver;
}

/**
 * Delivers what is new to every given target, all at the same time, each with its own position. A target that fails does not stop
 * the others; its error is thrown once they are done.
 */
export async function deliver(
  config: Config,
  targets: readonly ConfiguredTarget[],
  terminal: Terminal,
  options: DeliveryOptions,
): Promise<void> {
  const delivery = openDelivery(config, targets, terminal, options);
  try {
    const results = await Promise.allSettled(targets.map((target) => delivery.deliverTo(target)));
    const [first, ...others] = distinct(
      results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : [])),
    );
    for (const error of others) logFailure(terminal, error);
    if (first !== undefined) throw first;
  } finally {
    delivery.close();
  }
}

export function openDelivery(
  config: Config,
  targets: readonly ConfiguredTarget[],
  terminal: Terminal,
  options: DeliveryOptions,
): Delivery {
  const host: Host = { ...hostOf(terminal), budgets: createFileBudgets(config.stateDirectory) };
  const useFeed = sharedFeed(() => openFeed(config.feed, host, undefined, targets.length));
  const progress = createProgress(terminal.progress);
  const telemetry = openTelemetry(terminal.log);
  const observer = tellAll([telemetry, ...(options.observer === undefined ? [] : [options.observer])]);
  const deadLetters = createFileDeadLetters(config.stateDirectory);
  return {
    async deliverTo(target) {
      const lastRuns = createLastRuns(config.stateDirectory);
      const run = { ...options, config, host, terminal, progress, telemetry, observer, deadLetters, lastRuns };
      let failure: Error | undefined;
      observer.started(target.name);
      try {
        await useFeed((feed) => deliverTo(target, { ...run, feed, host: withArticles(host, feed, config) }));
      } catch (error) {
        failure = error as Error;
        if (!terminal.signal.aborted) lastRuns.noteFailure(target.name, failure);
        throw error;
      } finally {
        observer.ended(target.name, failure);
        await saveLastRuns(lastRuns, terminal);
      }
    },
    close: () => progress.stop(),
  };
}

/** For a target that imports the articles behind the indicators: read with the same key, remembered in the state directory. */
function withArticles(host: Host, { send }: Feed, { feed: config, stateDirectory: directory }: Config): Host {
  return { ...host, articles: { client: createArticleClient({ config, send }), directory } };
}

/** One feed for all that need it at the same time; closed when nobody does, so that a service finds out anew where it is. */
function sharedFeed(open: () => Feed): (work: (feed: Feed) => Promise<void>) => Promise<void> {
  let opened: Feed | undefined;
  let users = 0;
  return async (work) => {
    const feed = (opened ??= open());
    users += 1;
    try {
      await work(feed);
    } finally {
      users -= 1;
      if (users === 0) opened = undefined;
      if (users === 0) await feed.close();
    }
  };
}

interface Run extends DeliveryOptions {
  readonly config: Config;
  readonly feed: Feed;
  readonly host: Host;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly telemetry: Telemetry;
  readonly observer: Required<RunObserver>;
  readonly deadLetters: DeadLetters;
  readonly lastRuns: LastRuns;
}

/** For `status`. What cannot be kept for it is told and stops nothing. */
async function saveLastRuns(lastRuns: LastRuns, { log }: Terminal): Promise<void> {
  await lastRuns
    .save()
    .catch((error: Error) => log.warn("status_not_saved", `the outcome of this run is not kept: ${error.message}`));
}

async function deliverTo({ name, open }: ConfiguredTarget, run: Run): Promise<void> {
  const { config, feed, host, terminal, progress, deadLetters, onSummary, expected, walk, lastRuns, observer } = run;
  await warnOfFormerExport(name, config, terminal.log);
  // Nothing that may fail comes between: the poll closes the sink.
  const { map, sink, checkpoints = createFileStore(config.stateDirectory) } = open(host);
  const started = Date.now();
  let delivered = 0;
  const summaries = poll({
    feed,
    target: name,
    map,
    filter: config.filter,
    sink: run.telemetry.watch(name, sink),
    checkpoints,
    deadLetters,
    log: terminal.log,
    signal: terminal.signal,
    walk,
    onPage: (outcome, collection) => {
      observer.delivered(name, collection.id, outcome);
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
