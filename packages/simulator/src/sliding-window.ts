const windowMs = 60_000;

/**
 * Admits at most `limit` requests in any 60 seconds; one that is refused costs nothing. Each call returns 0 where it is admitted, else the
 * whole seconds until the next one will be.
 */
export function createSlidingWindow(limit: number, now: () => number): () => number {
  const admitted: number[] = [];
  return () => {
    const time = now();
    while (admitted[0] !== undefined && admitted[0] <= time - windowMs) admitted.shift();
    if (admitted.length < limit) {
      admitted.push(time);
      return 0;
    }
    return Math.max(1, Math.ceil(((admitted[0] ?? time) + windowMs - time) / 1000));
  };
}
