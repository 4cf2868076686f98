import { app, type InvocationContext, type Timer } from "@azure/functions";
import type { ContainerClient } from "@azure/storage-blob";
import {
  ConnectorError,
  createLogger,
  openFeed,
  poll,
  readEnvironmentProxies,
  targetName,
  toJsonLine,
  userAgent,
  type Logger,
  type PollOptions,
} from "@socdefenders/shared";
import { createBlobBudgets } from "./state/budgets.ts";
import { openCheckpoints } from "./checkpoint.ts";
import { createBlobDeadLetters } from "./state/dead-letters.ts";
import { sentinel } from "./index.ts";
import { withLock } from "./state/lock.ts";
import { readSettings, withSettingNames, type Settings } from "./settings.ts";
import { openContainer } from "./state/container.ts";

// The host ends a run at functionTimeout (30 minutes in host.json) by killing the process and never says so before: a run stops by
// itself at 80 % of that. What it has delivered is saved page by page, and the next run goes on from there.
const longestRunMs = 24 * 60_000;

app.timer("pollFeed", { schedule: "%SOCDEFENDERS_SCHEDULE%", handler: pollFeed });

/** Delivers what is new in the chosen collections once. A failed run throws, so that the host counts and shows it as failed. */
async function pollFeed(_timer: Timer, context: InvocationContext): Promise<void> {
  const log = createLogger((record) => {
    context[record.level](toJsonLine({ ...record, message: withSettingNames(record.message) }, new Date()));
  });
  const deadline = AbortSignal.timeout(longestRunMs);
  try {
    await deliverOnce(log, deadline);
  } catch (error) {
    if (!deadline.aborted) throw readable(error);
    log.warn("run_paused", "the run reached its time limit; the next one goes on from the saved position");
  }
}

async function deliverOnce(log: Logger, deadline: AbortSignal): Promise<void> {
  const settings = readSettings(process.env);
  const container = await openContainer(settings.state);
  await withLock(container, deadline, (signal) => pollInto(container, settings, log, signal));
}

async function pollInto(container: ContainerClient, settings: Settings, log: Logger, signal: AbortSignal): Promise<void> {
  const host = { log, userAgent, chooseProxy: readEnvironmentProxies(process.env) };
  const feed = openFeed(settings.feed, { ...host, budgets: createBlobBudgets(container) });
  try {
    const runs = sentinel.destinations(settings.sentinel).map((destination) =>
      pollDestination({
        feed,
        target: targetName(sentinel.name, destination),
        map: destination.map,
        sink: destination.open(host).sink,
        checkpoints: openCheckpoints(container),
        deadLetters: createBlobDeadLetters(container),
        log,
        signal,
      }),
    );
    const failed = (await Promise.allSettled(runs)).find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    await feed.close();
  }
}

/** Throws the first failed collection's error once all have been tried. */
async function pollDestination(options: PollOptions<unknown>): Promise<void> {
  const { log } = options;
  const failures: ConnectorError[] = [];
  for await (const { failure, ...summary } of poll(options)) {
    log.info("collection_done", `${summary.collection}: ${summary.delivered} delivered`, summary);
    if (failure === undefined) continue;
    log.error("collection_failed", failure.message, { collection: summary.collection, remedy: withSettingNames(failure.remedy) });
    failures.push(failure);
  }
  if (failures[0] !== undefined) throw failures[0];
}

/** The error as the host shows it: what happened, and what to do. */
function readable(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  return new Error(withSettingNames(`${error.message}. ${error.remedy}`), { cause: error });
}
