import type { Clock } from "@socdefenders/shared";

/** How often requests may go to the upload API; everything that shares its limit shares one of these. */
export interface Pace {
  /** Resolves when a request may go; call the result once its answer is there or is known not to come. Throws the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Lets nothing go for so many milliseconds: the server asked for it. */
  postpone(ms: number): void;
}

// Microsoft Sentinel upload API, throttling limits: 100 requests a minute for one identity.
const requestsPerWindow = 100;
// A little over the minute, for clocks that do not run quite alike.
const windowMs = 60_020;
// Everything is under way and no answer says when it arrived: look again soon.
const allUnderWayMs = 50;

/**
 * At most 100 requests in any minute as the server sees them: it saw a request when its answer came at the latest, so the place of one
 * is free again a minute after its answer, however long that took.
 */
export function createPace(clock: Clock): Pace {
  /** When each place that an answer came to is free again, in order. */
  const places: number[] = [];
  let underWay = 0;
  let notBefore = 0;

  function delay(): number {
    const now = clock.now();
    while (places[0] !== undefined && places[0] <= now) places.shift();
    const isFree = underWay + places.length < requestsPerWindow;
    const own = isFree ? 0 : places[0] === undefined ? allUnderWayMs : places[0] - now;
    return Math.max(own, notBefore - now);
  }

  return {
    async enter(signal) {
      for (;;) {
        signal.throwIfAborted();
        const pause = delay();
        if (pause <= 0) break;
        await clock.wait(Math.ceil(pause), signal);
      }
      underWay += 1;
      return () => {
        underWay -= 1;
        places.push(clock.now() + windowMs);
      };
    },
    postpone(ms) {
      notBefore = Math.max(notBefore, clock.now() + ms);
    },
  };
}

const paces = new WeakMap<Clock, Map<string, Pace>>();

/** The process's one pace for an endpoint and an identity: the limit is theirs together, whatever workspaces they write to. */
export function sharedPace(endpoint: URL, identity: string, clock: Clock): Pace {
  const known = paces.get(clock) ?? new Map<string, Pace>();
  paces.set(clock, known);
  const key = `${endpoint.origin} ${identity}`;
  const pace = known.get(key) ?? createPace(clock);
  known.set(key, pace);
  return pace;
}
