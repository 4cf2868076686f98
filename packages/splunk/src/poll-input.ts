import {
  ConnectorError,
  createFileBudgets,
  createFileDeadLetters,
  openFeed,
  poll,
  positionKeyOf,
  type CollectionSummary,
  type Host,
  type LogContext,
  type Logger,
  type Sink,
  untilAborted,
} from "@socdefenders/shared";
import { openCheckpoints, withPositionFile } from "./checkpoint.ts";
import { createEventStreamSink, type WriteOut } from "./event-stream.ts";
import { sendHealth } from "./health-sender.ts";
import { healthOf, healthOfFailure, type HealthEvent } from "./health.ts";
import { readInputConfig, type InputConfig } from "./input-config.ts";
import { openKvStore, withKvStore } from "./kv-store.ts";
import { logFailure } from "./log-failure.ts";
import { map, type SplunkEvent } from "./mapping.ts";
import type { Stanza } from "./modular-input.ts";
import { createSink } from "./sink.ts";
import type { Splunkd } from "./splunkd.ts";

export interface PollInputOptions {
  readonly stanza: Stanza;
  readonly checkpointDirectory: string;
  readonly splunkd: Splunkd;
  readonly writeOut: WriteOut;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** Polls every collection of one input once. Throws the first failure after all had their turn. */
export async function pollInput(options: PollInputOptions): Promise<void> {
  const config = await readInputConfig(options.stanza, options.splunkd, options.signal);
  const health: HealthEvent[] = [];
  try {
    await deliver(config, options, (summary) => health.push(...healthOf(summary, Date.now())));
  } catch (error) {
    if (health.length === 0 && error instanceof ConnectorError) health.push(healthOfFailure(options.stanza.name, error));
    throw error;
  } finally {
    if (!options.signal.aborted) await tellHealth(config, health, options);
  }
}

async function deliver(config: InputConfig, options: PollInputOptions, onSummary: (summary: CollectionSummary) => void) {
  const { stanza, checkpointDirectory, host, signal } = options;
  const feed = openFeed(config.feed, { ...host, budgets: createFileBudgets(checkpointDirectory) });
  try {
    const walked = { feed, target: stanza.name, filter: config.filter };
    const summaries = poll({
      ...walked,
      map,
      sink: openSink(config, options),
      checkpoints: openCheckpoints(checkpointDirectory),
      deadLetters: createFileDeadLetters(checkpointDirectory),
      log: host.log,
      signal,
    });
    let failure: ConnectorError | undefined;
    for await (const summary of summaries) {
      const { failure: failed, ...counts } = summary;
      logSummary(host.log, summary, counts);
      const mendable = failed && withPositionFile(failed, checkpointDirectory, positionKeyOf(walked, summary.collection));
      onSummary({ ...counts, ...(mendable && { failure: mendable }) });
      // The first one is thrown, and told by whoever catches it.
      if (failure !== undefined && mendable !== undefined) logFailure(host.log, mendable, `${stanza.name}: `);
      failure ??= mendable;
    }
    if (failure !== undefined) throw failure;
  } finally {
    await feed.close();
  }
}

/** The counts of a collection; why it failed is told by a line of its own. */
function logSummary(log: Logger, { target, delivered, failure }: CollectionSummary, counts: LogContext): void {
  if (failure === undefined) log.info("collection_done", `${target}: ${delivered} events delivered`, counts);
  else log.warn("collection_failed", `${target}: failed after ${delivered} events`, counts);
}

function openSink(
  { output, writesKvStore }: InputConfig,
  { stanza, splunkd, writeOut, host }: PollInputOptions,
): Sink<SplunkEvent> {
  const sink =
    output.kind === "hec"
      ? createSink(output.config, host)
      : createEventStreamSink({ stanza: stanza.name, index: output.index, write: writeOut });
  return writesKvStore ? withKvStore(sink, openKvStore(splunkd)) : sink;
}

/** Health events never fail a run, nor hold one that is to leave. */
async function tellHealth(
  { output, sendsHealth }: InputConfig,
  events: readonly HealthEvent[],
  { host, signal }: PollInputOptions,
): Promise<void> {
  if (!sendsHealth || output.kind !== "hec" || events.length === 0) return;
  try {
    await untilAborted(sendHealth(output.config, events, Date.now()), signal);
  } catch (error) {
    host.log.warn("health_not_sent", `health events were not taken: ${(error as Error).message}`);
  }
}
