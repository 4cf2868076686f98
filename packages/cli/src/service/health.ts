import { clean, ConnectorError, toMicroseconds } from "@socdefenders/shared";
import type { RunObserver } from "./observer.ts";
import type { Turn } from "./schedule.ts";

/** How the service does; the answer of `/readyz`. */
interface Health {
  /** `ok` when every target is. */
  readonly status: "ok" | "degraded";
  readonly targets: readonly TargetHealth[];
}

interface TargetHealth {
  readonly target: string;
  /**
   * `starting` until the first run has ended; `failing` when the last one failed; `stalled` when a run has confirmed nothing for half an
   * hour; `stopped` when its configuration is wrong.
   */
  readonly status: "starting" | "ok" | "failing" | "stalled" | "stopped";
  readonly running_since: string | null;
  /** When the next run is due; null while one runs, and for one that is stopped. */
  readonly due: string | null;
  readonly last_success: string | null;
  readonly last_failure: string | null;
  /** What ended the last run early, and what to do about it. */
  readonly error: string | null;
  readonly remedy: string | null;
  /** Age of the oldest position that this process has saved. */
  readonly lag_seconds: number | null;
}

export interface HealthWatch extends Required<RunObserver> {
  /** A target waits for its turn, or for none any more. */
  waits(target: string, turn: Turn | undefined): void;
  /** Whether the schedules run: false when a target was not started long behind its time. */
  isAlive(): boolean;
  health(): Health;
}

/** Times of the calendar, but for `lastSign` and `due`. */
interface Watched {
  status: "starting" | "ok" | "failing" | "stopped";
  runningSince?: number | undefined;
  lastSign: number;
  due?: number | undefined;
  lastSuccess?: number;
  lastFailure?: number;
  failure?: Error | undefined;
  readonly positions: Map<string, number>;
}

// A request to a feed or a target may wait a quarter of an hour.
const longestSilenceMs = 30 * 60_000;
const longestDelayMs = 5 * 60_000;

/**
 * `now` never steps; `today` is the time of the calendar, which goes on while the host sleeps and may be set: what is told is told in it.
 * Both in epoch milliseconds.
 */
export function watchHealth(targets: readonly string[], now: () => number, today: () => number = now): HealthWatch {
  const watched = new Map(targets.map((target) => [target, created(now())]));
  const of = (target: string): Watched => watched.get(target) ?? created(now());
  return {
    started: (target) => void Object.assign(of(target), { runningSince: today(), lastSign: now(), due: undefined }),
    delivered(target, collection, { position }) {
      const one = of(target);
      one.lastSign = now();
      const microseconds = toMicroseconds(position ?? "");
      if (microseconds !== undefined) one.positions.set(collection, Number(microseconds) / 1000);
    },
    ended(target, failure) {
      const one = of(target);
      one.runningSince = undefined;
      one.failure = failure;
      one.status = failure === undefined ? "ok" : "failing";
      if (failure === undefined) one.lastSuccess = today();
      else one.lastFailure = today();
    },
    waits(target, turn) {
      const one = of(target);
      one.due = turn?.due;
      if (turn === undefined) one.status = "stopped";
    },
    isAlive: () => [...watched.values()].every(({ due = Infinity }) => now() < due + longestDelayMs),
    health() {
      const all = [...watched].map(([target, one]) => toHealth(target, one, now(), today()));
      return { status: all.every(({ status }) => status === "ok") ? "ok" : "degraded", targets: all };
    },
  };
}

const created = (now: number): Watched => ({ status: "starting", lastSign: now, positions: new Map() });

function toHealth(target: string, one: Watched, now: number, today: number): TargetHealth {
  const { runningSince, failure, positions } = one;
  const isStalled = runningSince !== undefined && now - one.lastSign >= longestSilenceMs;
  const oldest = Math.min(...positions.values());
  return {
    target,
    status: isStalled ? "stalled" : one.status,
    running_since: written(runningSince),
    due: written(one.due === undefined ? undefined : one.due - now + today),
    last_success: written(one.lastSuccess),
    last_failure: written(one.lastFailure),
    error: failure === undefined ? null : clean(failure.message, 1000),
    remedy: failure instanceof ConnectorError ? clean(failure.remedy, 1000) : null,
    lag_seconds: positions.size === 0 ? null : Math.max(0, Math.round((today - oldest) / 1000)),
  };
}

const written = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());
