import type { Clock } from "../http/clock.ts";

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
  const flights = new Map<string, Flight<Value>>();
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

  return {
    async get(key, load, signal) {
      signal.throwIfAborted();
      const answer = kept.get(key);
      if (answer !== undefined && answer.until > clock.now()) return answer.value;
      const flight = flights.get(key) ?? takeOff(load);
      if (!flights.has(key)) {
        flights.set(key, flight);
        const land = (): void => void (flights.get(key) === flight && flights.delete(key));
        flight.abandoned.signal.addEventListener("abort", land, { once: true });
        flight.answer.then((loaded) => keep(key, loaded)).then(land, land);
      }
      return (await join(flight, signal)).value;
    },
  };
}

/** A load under way, and how many wait for it. */
interface Flight<Value> {
  readonly answer: Promise<Sized<Value>>;
  readonly abandoned: AbortController;
  passengers: number;
}

function takeOff<Value>(load: (signal: AbortSignal) => Promise<Sized<Value>>): Flight<Value> {
  const abandoned = new AbortController();
  return { answer: load(abandoned.signal), abandoned, passengers: 0 };
}

async function join<Value>(flight: Flight<Value>, signal: AbortSignal): Promise<Sized<Value>> {
  flight.passengers += 1;
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(signal.reason as Error);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([flight.answer, left.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
    flight.passengers -= 1;
    if (flight.passengers === 0) flight.abandoned.abort(new Error("nobody waits for the answer any more"));
  }
}
