import { ConfigurationError, ConnectorError, type Clock, type Logger } from "@socdefenders/shared";
import { nextTurn, openWaitingRoom, type Turn, type WaitingRoom } from "./schedule.ts";

/** One target as its schedule sees it. */
export interface Served {
  readonly name: string;
  /** Seconds from the end of one run to the next. */
  readonly pollSeconds: number;
  /** Delivers what is new. Throws what ended it early. */
  readonly run: () => Promise<void>;
}

export interface ServiceOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The target waits for its turn, or for none any more: its configuration is wrong. */
  readonly onWait?: (target: string, turn: Turn | undefined) => void;
}

/**
 * Runs every target again and again, each by its own schedule: one that fails or hangs holds up nobody else. Throws the signal's reason
 * on abort; and the ConfigurationError of the first target when none is left that runs.
 */
export async function serve(targets: readonly Served[], options: ServiceOptions): Promise<never> {
  const room = openWaitingRoom(options.clock);
  const failures = await Promise.all(targets.map((target) => serveOne(target, room, options)));
  options.signal.throwIfAborted();
  throw failures[0] ?? new Error("a service without targets");
}

/** Resolves only with what waiting does not cure, or on abort. */
async function serveOne(target: Served, room: WaitingRoom, options: ServiceOptions): Promise<Error | undefined> {
  const { clock, signal, onWait } = options;
  let hasSucceeded = false;
  for (let failures = 0; !signal.aborted;) {
    const failure = await attempt(target);
    if (signal.aborted) return undefined;
    // Once it was right, what looks like a wrong configuration may pass: a collection that is not listed for a moment.
    const isForGood = failure instanceof ConfigurationError && !hasSucceeded;
    if (failure !== undefined) tell(options.log, target.name, failure, isForGood);
    if (isForGood) onWait?.(target.name, undefined);
    if (isForGood) return failure;
    hasSucceeded ||= failure === undefined;
    failures = failure === undefined ? 0 : failures + 1;
    const turn = nextTurn(target.pollSeconds, failures, clock.now());
    onWait?.(target.name, turn);
    await room.until(turn, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return undefined;
}

async function attempt({ run }: Served): Promise<Error | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function tell(log: Logger, target: string, failure: Error, isForGood: boolean): void {
  if (!(failure instanceof ConnectorError)) {
    log.error("unexpected", failure.stack ?? failure.message, {
      target,
      remedy: "Report this with the lines above; it is tried again.",
    });
  } else if (isForGood) {
    log.error("target_stopped", failure.message, { target, remedy: `${failure.remedy} Then start the service again.` });
  } else log.error("run_failed", failure.message, { target, remedy: failure.remedy });
}
