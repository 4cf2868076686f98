import {
  ConnectorError,
  createArticleClient,
  createFileBudgets,
  createFileDeadLetters,
  openFeed,
  poll,
  type Feed,
  type Host,
  type Logger,
  type Sink,
} from "@socdefenders/shared";
import { withArticlesOf } from "../articles/with-articles.ts";
import { createCheckpoints } from "../checkpoint.ts";
import { mappingOf, type OpenctiBundle } from "../mapping.ts";
import { readQueue } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import type { Metrics } from "./metrics.ts";
import { StateResetError } from "./reset-error.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

export interface RunContext {
  readonly settings: Settings;
  readonly graphql: Graphql;
  /** Outlives the run: the platform is pinged between runs too. */
  readonly session: Session;
  /** Outlives the run too: it ends what an earlier one could not. */
  readonly sink: Sink<OpenctiBundle>;
  readonly metrics: Metrics;
  /** For the feed's connections. */
  readonly host: Host;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What became of a run. */
export type RunOutcome =
  | { readonly kind: "done" }
  /** Nothing was read: the platform's workers are behind. */
  | { readonly kind: "buffering" }
  /** The failure of the first collection that has one; the log has shown all of them. */
  | { readonly kind: "failed"; readonly failure: ConnectorError };

/**
 * Delivers what is new in every chosen collection, unless the platform's workers are behind. A reset of the state on the platform ends
 * what is under way, and the feed is read anew at once. Throws what stops the whole run.
 */
export async function runOnce(context: RunContext): Promise<RunOutcome> {
  for (;;) {
    if (!(await queueHasRoom(context))) return { kind: "buffering" };
    const resets = context.session.resets();
    const failure = await pollFeed(context);
    // One that only the last ping of the run told of counts too.
    if (context.session.resets() !== resets) continue;
    return failure === undefined ? { kind: "done" } : { kind: "failed", failure };
  }
}

async function pollFeed(context: RunContext): Promise<ConnectorError | undefined> {
  const { settings, session, metrics, host, log } = context;
  const started = Date.now();
  const signal = AbortSignal.any([context.signal, session.untilReset()]);
  const feed = openFeed(settings.feed, { ...host, budgets: createFileBudgets(settings.stateDirectory) });
  let firstFailure: ConnectorError | undefined;
  try {
    const summaries = poll({
      feed,
      target: "opencti",
      map: mappingOf(settings.opencti, () => started),
      filter: settings.filter,
      sink: openSink(context, feed),
      checkpoints: createCheckpoints(session),
      deadLetters: createFileDeadLetters(settings.stateDirectory),
      log,
      signal,
      onPage: ({ delivered }) => (delivered > 0 ? metrics.sent(delivered) : undefined),
    });
    for await (const { failure, ...summary } of summaries) {
      const { collection, delivered, skipped, refused } = summary;
      const counts = `${collection}: ${delivered} delivered, ${skipped} skipped, ${refused} refused`;
      firstFailure ??= failure;
      if (failure === undefined) log.info("collection_done", counts, { ...summary });
      else if (failure instanceof StateResetError) log.info("collection_reset", counts, { ...summary });
      else log.error("collection_failed", failure.message, { ...summary, remedy: failure.remedy, exit_code: failure.exitCode });
    }
  } catch (error) {
    // A reset that comes before the first collection, or between two of them, is none's failure.
    if (!(error instanceof StateResetError)) throw error;
    firstFailure ??= error;
  } finally {
    await feed.close();
  }
  await session.report({ last_run_datetime: platformTime(started) });
  return firstFailure;
}

/** With the articles where they are wanted. */
function openSink({ settings, session, sink, log }: RunContext, { send }: Feed): Sink<OpenctiBundle> {
  const { opencti: config, stateDirectory: directory } = settings;
  if (!config.importArticles) return sink;
  const client = createArticleClient({ config: settings.feed, send });
  return withArticlesOf(sink, { config, articles: { client, directory }, state: () => session.state(), log });
}

/** Nothing is read while the workers are behind: what they have not imported yet would only grow. */
async function queueHasRoom({ settings, graphql, session, log, signal }: RunContext): Promise<boolean> {
  const { connector } = await graphql.call(readQueue, { id: settings.opencti.connectorId }, signal);
  const megabytes = (connector?.connector_queue_details.messages_size ?? 0) / 1e6;
  const limit = settings.queueThresholdMegabytes;
  const isBehind = megabytes >= limit;
  await session.report({
    run_and_terminate: settings.periodMs === 0,
    buffering: isBehind,
    queue_threshold: limit,
    queue_messages_size: megabytes,
  });
  if (isBehind)
    log.warn("buffering", `${megabytes} MB wait for the platform's workers; nothing is read until it is less than ${limit}`);
  return !isBehind;
}

/** A time as the platform takes it in a connector's info: whole seconds. */
export function platformTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+/, "");
}
