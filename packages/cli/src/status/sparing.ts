/**
 * The same reading for everyone who asks within a second, and within four times what it took to read: however many look, and however
 * much there is to read, a fifth of the time goes into it at most. `now` is in milliseconds and never goes back.
 */
export function sparing<Value>(read: () => Promise<Value>, now: () => number = () => performance.now()): () => Promise<Value> {
  let latest: Promise<Value> | undefined;
  let staleAt = 0;
  const readNow = async (): Promise<Value> => {
    const started = now();
    try {
      return await read();
    } finally {
      staleAt = now() + Math.max(1000, 4 * (now() - started));
    }
  };
  return () => {
    if (latest !== undefined && now() < staleAt) return latest;
    staleAt = Infinity;
    latest = readNow();
    return latest;
  };
}
