import {
  createArticleClient,
  createFileBudgets,
  createFileDeadLetters,
  openFeed,
  poll,
  type ConnectorError,
  type Feed,
  type Host,
  type Logger,
  type Sink,
} from "@socdefenders/shared";
import { openArticleMemory } from "../articles/memory.ts";
import { withArticles } from "../articles/with-articles.ts";
import { createCheckpoints } from "../checkpoint.ts";
import { createMapping, type OpenctiBundle } from "../mapping.ts";
import { createSink } from "../sink.ts";
import { readQueue } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import { withoutExpired } from "./selection.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

export interface RunContext {
  readonly settings: Settings;
  readonly graphql: Graphql;
  /** Outlives the run: the platform is pinged between runs too. */
  readonly session: Session;
  /** For the feed's connections. */
  readonly host: Host;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Delivers what is new in every chosen collection, unless the platform's workers are behind. Resolves with the failure of the first
 * collection that has one, which the log has shown already; throws what stops the whole run.
 */
export async function runOnce(context: RunContext): Promise<ConnectorError | undefined> {
  return (await queueHasRoom(context)) ? pollFeed(context) : undefined;
}

async function pollFeed(context: RunContext): Promise<ConnectorError | undefined> {
  const { settings, session, host, log, signal } = context;
  const started = Date.now();
  const feed = openFeed(settings.feed, { ...host, budgets: createFileBudgets(settings.stateDirectory) });
  const map = createMapping(settings.opencti);
  let firstFailure: ConnectorError | undefined;
  try {
    const summaries = poll({
      feed,
      target: "opencti",
      map: settings.importExpired ? map : withoutExpired(map, started),
      filter: settings.filter,
      sink: await openSink(context, feed),
      checkpoints: createCheckpoints(session),
      deadLetters: createFileDeadLetters(settings.stateDirectory),
      log,
      signal,
    });
    for await (const { failure, ...summary } of summaries) {
      firstFailure ??= failure;
      const { collection, delivered, skipped, refused } = summary;
      log.info("collection_done", `${collection}: ${delivered} delivered, ${skipped} skipped, ${refused} refused`, { ...summary });
    }
  } finally {
    await feed.close();
  }
  await session.report({ last_run_datetime: platformTime(started) });
  return firstFailure;
}

/** With the articles where they are wanted. A platform without a state has no reports to add to. */
async function openSink({ settings, graphql, session, log }: RunContext, { send }: Feed): Promise<Sink<OpenctiBundle>> {
  const sink = createSink(settings.opencti, { log, graphql, session });
  if (!settings.importArticles) return sink;
  const memory = await openArticleMemory(settings.stateDirectory);
  if (["", "null", "{}"].includes(session.state())) memory.forget();
  const articles = createArticleClient({ config: settings.feed, send });
  return withArticles(sink, { articles, memory, tlp: settings.articleTlp, log, now: Date.now });
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
