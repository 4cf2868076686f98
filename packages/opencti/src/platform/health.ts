/** How the connector does, for whoever watches its process. */
export interface Health {
  readonly status: "healthy" | "unhealthy";
  /** When the platform last answered a ping; null while it never did. */
  readonly last_ping: string | null;
  readonly last_run: string | null;
  /** What ended the last run early; null where nothing did. */
  readonly last_failure: string | null;
}

export interface HealthWatch {
  pinged(answered: boolean): void;
  ran(failure: Error | undefined): void;
  health(): Health;
}

// The platform itself shows a connector as inactive after five minutes of silence.
const longestSilenceMs = 5 * 60_000;

/**
 * Healthy is a connector the platform hears of. A run that fails does not make it unhealthy: it is tried again, and a restart by an
 * orchestrator would cure nothing.
 */
export function watchHealth(now: () => number = Date.now): HealthWatch {
  const started = now();
  let lastPing: number | undefined;
  let lastRun: number | undefined;
  let lastFailure: string | undefined;
  const written = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());
  return {
    pinged(answered) {
      if (answered) lastPing = now();
    },
    ran(failure) {
      lastRun = now();
      lastFailure = failure?.message;
    },
    health: () => ({
      status: now() - (lastPing ?? started) < longestSilenceMs ? "healthy" : "unhealthy",
      last_ping: written(lastPing),
      last_run: written(lastRun),
      last_failure: lastFailure ?? null,
    }),
  };
}
