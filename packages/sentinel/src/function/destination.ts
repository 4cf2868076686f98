import type { ContainerClient } from "@azure/storage-blob";
import {
  poll,
  positionKeyOf,
  targetName,
  type CollectionSummary,
  type Destination,
  type Feed,
  type Filter,
  type Host,
  type Sink,
} from "@socdefenders/shared";
import { openCheckpoints, withPositionBlob } from "../checkpoint.ts";
import { createBlobDeadLetters } from "../state/dead-letters.ts";
import { toFailure, type Failure } from "./failure.ts";
import { addPage, noCounts, type Outcome } from "./outcome.ts";
import type { Stop } from "./stop.ts";

/** What the destinations of a run share. */
export interface DestinationContext {
  readonly feed: Feed;
  readonly filter: Filter | undefined;
  readonly container: ContainerClient;
  readonly host: Host;
  readonly stop: Stop;
  /** Aborted when the lock of the state is lost. */
  readonly lost: AbortSignal;
}

/** Which of the two a destination is. */
export function kindOf({ suffix }: Pick<Destination<unknown>, "suffix">): Outcome["destination"] {
  return suffix === undefined ? "logs" : "threat-intelligence";
}

/** Delivers what is new in the chosen collections to one destination. Never throws: what fails is in the outcome, and in the log. */
export async function pollDestination(destination: Destination<unknown>, context: DestinationContext): Promise<Outcome> {
  const { feed, filter, container, host, stop, lost } = context;
  const { log } = host;
  const target = targetName("sentinel", destination);
  const started = performance.now();
  const counts = noCounts();
  const positions: Record<string, string | null> = {};
  const failures: Failure[] = [];
  let isPaused = false;

  const fail = (event: string, error: unknown, collection?: string): void => {
    const failure = toFailure(error);
    failures.push(failure);
    log.error(event, failure.message, { target, collection, remedy: failure.remedy });
  };
  const finish = ({ failure, ...summary }: CollectionSummary): void => {
    positions[summary.collection] = summary.position;
    log.info("collection_done", describe(summary), summary);
    if (failure === undefined) return;
    const key = positionKeyOf({ feed, target, filter }, summary.collection);
    fail("collection_failed", withPositionBlob(failure, container, key), summary.collection);
  };

  try {
    const { sink, checkpoints = openCheckpoints(container) } = destination.open(host);
    const summaries = poll({
      feed,
      target,
      map: destination.map,
      filter,
      sink: pausable(sink, stop, lost),
      checkpoints,
      deadLetters: createBlobDeadLetters(container),
      log,
      signal: AbortSignal.any([stop.pause, lost]),
      onPage: (page, { id }) => {
        addPage(counts, page);
        positions[id] = page.position ?? positions[id] ?? null;
      },
    });
    for await (const summary of summaries) finish(summary);
  } catch (error) {
    isPaused = error === stop.pause.reason || error === stop.abandon.reason;
    if (!isPaused) fail("destination_failed", error);
  }
  const status = failures.length > 0 ? "failed" : isPaused ? "paused" : "succeeded";
  return { destination: kindOf(destination), status, counts, positions, failures, durationMs: performance.now() - started };
}

/** No page is begun after the pause; the one in hand is finished, as long as the run does not give it up. */
function pausable(sink: Sink<unknown>, { pause, abandon }: Stop, lost: AbortSignal): Sink<unknown> {
  return {
    ...sink,
    async write(items) {
      pause.throwIfAborted();
      return sink.write(items, AbortSignal.any([abandon, lost]));
    },
  };
}

function describe({ target, collection, delivered, skipped, refused }: CollectionSummary): string {
  return `${target}, ${collection}: ${delivered} delivered, ${skipped} skipped, ${refused} refused`;
}
