import type { ContainerClient } from "@azure/storage-blob";
import { LockError, openFeed, type Destination, type Host } from "@socdefenders/shared";
import { sentinel } from "../index.ts";
import type { Settings } from "../settings.ts";
import { createBlobBudgets } from "../state/budgets.ts";
import { openContainer } from "../state/container.ts";
import { withLock } from "../state/lock.ts";
import { kindOf, pollDestination } from "./destination.ts";
import { toError, toFailure, type Failure } from "./failure.ts";
import { sendHealth, toHealthRow } from "./health.ts";
import { noCounts, type Outcome } from "./outcome.ts";
import type { Stop } from "./stop.ts";

export interface RunContext {
  readonly settings: Settings;
  readonly host: Host;
  readonly stop: Stop;
  /** The same for all health rows and host logs of a run. */
  readonly runId: string;
}

/**
 * Delivers what is new to every destination once, all at the same time, and tells Sentinel how it went. One that fails never stops the
 * others; what failed is thrown as one error once all are done. A run that finds another one under way leaves without a word to Sentinel.
 */
export async function runOnce(context: RunContext): Promise<void> {
  const outcomes = await deliver(context);
  if (outcomes === undefined) return;
  await report(outcomes, context);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  if (failures.length > 0) throw toError(failures);
}

/** Undefined where another instance is at work. */
async function deliver(context: RunContext): Promise<readonly Outcome[] | undefined> {
  const { settings, host } = context;
  const destinations = sentinel.destinations(settings.sentinel);
  const started = performance.now();
  let outcomes: readonly Outcome[] | undefined;
  try {
    const container = await openContainer(settings.state);
    await withLock(container, async (lost) => {
      outcomes = await deliverTo(destinations, container, lost, context);
    });
    return outcomes;
  } catch (error) {
    if (error instanceof LockError) {
      const { message, remedy } = toFailure(error);
      host.log.warn("run_skipped", `${message}; this run leaves the work to it`, { remedy });
      return undefined;
    }
    const failure = toFailure(error);
    host.log.error("run_failed", failure.message, { remedy: failure.remedy });
    return destinations.map((destination) => notStarted(destination, failure, performance.now() - started));
  }
}

async function deliverTo(
  destinations: readonly Destination<unknown>[],
  container: ContainerClient,
  lost: AbortSignal,
  { settings, host, stop }: RunContext,
): Promise<readonly Outcome[]> {
  const feed = openFeed(settings.feed, { ...host, budgets: createBlobBudgets(container) });
  try {
    const shared = { feed, filter: settings.filter, container, host, stop, lost };
    return await Promise.all(destinations.map((destination) => pollDestination(destination, shared)));
  } finally {
    await feed.close();
  }
}

/** The outcome of a destination where the state of the run could not be opened. */
function notStarted(destination: Destination<unknown>, failure: Failure, durationMs: number): Outcome {
  return { destination: kindOf(destination), status: "failed", counts: noCounts(), positions: {}, failures: [failure], durationMs };
}

const healthMs = 15_000;
// The host gives a process that it terminates 5 seconds.
const hurriedHealthMs = 2000;

async function report(outcomes: readonly Outcome[], { settings, host, stop, runId }: RunContext): Promise<void> {
  for (const outcome of outcomes) if (outcome.status === "paused") logPause(outcome, host, stop);
  if (settings.health === undefined) {
    host.log.info("health_off", "no health rows are sent: they need LOGS_INGESTION_ENDPOINT and DCR_IMMUTABLE_ID");
    return;
  }
  const now = new Date();
  const rows = outcomes.map((outcome) => toHealthRow(outcome, runId, now));
  await sendHealth(settings.health, rows, stop.isTerminated() ? hurriedHealthMs : healthMs, host.log);
}

function logPause({ destination, counts }: Outcome, { log }: Host, stop: Stop): void {
  const { pages, delivered } = counts;
  const context = { destination, pages, delivered };
  log.info(
    "run_paused",
    `${destination}: ${delivered} delivered in ${pages} pages; the next run goes on from the saved position`,
    context,
  );
  if (pages > 0 || stop.isTerminated()) return;
  log.warn("no_page_in_time", `${destination}: not one page was done before the time limit of the function app`, {
    ...context,
    remedy: "Raise AzureFunctionsJobHost__functionTimeout, or lower SOCDEFENDERS_PAGE_SIZE.",
  });
}
