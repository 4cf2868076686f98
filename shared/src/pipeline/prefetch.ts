/**
 * The same values one step ahead: while the consumer works on one, the next is already on its way. At most one value waits. An
 * error of the source is thrown where its value would have come.
 */
export async function* prefetch<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<T, unknown>> => {
    const result = iterator.next();
    // The consumer may stop before it looks at this one: its failure is then nobody's business.
    result.catch(() => undefined);
    return result;
  };
  let ahead = next();
  try {
    for (;;) {
      const result = await ahead;
      if (result.done === true) return;
      ahead = next();
      yield result.value;
    }
  } finally {
    // Not awaited: the source may be waiting for an answer that the consumer no longer wants.
    void iterator.return?.().catch(() => undefined);
  }
}
