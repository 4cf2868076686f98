import type { Clock } from "../http/clock.ts";
import { shareRequest, type SharedRequest } from "../http/shared-request.ts";

export interface AnswerCacheOptions {
  /** How long an answer is good for. */
  readonly lifetimeMs: number;
  readonly mostEntries: number;
  /** Bytes of all answers as served. An answer larger than that is not kept. */
  readonly mostBytes: number;
  readonly clock: Pick<Clock, "now">;
}

/** An answer and how large it was on its way. */
export interface Sized<Value> {
  readonly value: Value;
  readonly bytes: number;
}

export interface AnswerCache<Value> {
  /**
   * The kept answer, or what `load` gives; callers that ask for the same at the same time share one load. Its signal aborts once every
   * one of them has. Throws what `load` throws, which is not kept, and the caller's own reason on abort.
   */
  get(key: string, load: (signal: AbortSignal) => Promise<Sized<Value>>, signal: AbortSignal): Promise<Value>;
}

export function createAnswerCache<Value>(options: AnswerCacheOptions): AnswerCache<Value> {
  const { lifetimeMs, mostEntries, mostBytes, clock } = options;
  // In the order they came, which is the order they expire in.
  const kept = new Map<string, Sized<Value> & { readonly until: number }>();
  const flights = new Map<string, SharedRequest<Sized<Value>>>();
  let bytes = 0;

  function forget(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  function keep(key: string, answer: Sized<Value>): void {
    forget(key);
    if (answer.bytes > mostBytes) return;
    kept.set(key, { ...answer, until: clock.now() + lifetimeMs });
    bytes += answer.bytes;
    for (const [oldest, { until }] of kept) {
      if (kept.size <= mostEntries && bytes <= mostBytes && until > clock.now()) break;
      forget(oldest);
    }
  }

  function takeOff(key: string, load: (signal: AbortSignal) => Promise<Sized<Value>>): SharedRequest<Sized<Value>> {
    const flight = shareRequest(async (abandoned) => {
      try {
        const answer = await load(abandoned);
        keep(key, answer);
        return answer;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return flight;
  }

  return {
    async get(key, load, signal) {
      signal.throwIfAborted();
      const answer = kept.get(key);
      if (answer !== undefined && answer.until > clock.now()) return answer.value;
      const flight = flights.get(key);
      const joined = flight === undefined || flight.hasFailed() ? takeOff(key, load) : flight;
      return (await joined.join(signal)).value;
    },
  };
}
