const shortestMs = 60_000;

/**
 * Milliseconds a service rests between two polls: the configured seconds, a tenth more or less, so that installations that were started
 * together do not ask together for ever; never under a minute, for which the feed's cache holds. `random` is 0 to 1.
 */
export function pollPauseMs(pollSeconds: number, random: number = Math.random()): number {
  return Math.max(shortestMs, Math.round(pollSeconds * 1000 * (0.9 + 0.2 * random)));
}
