/**
 * Runs `work` over the inputs, each made only when it is its turn, at most `limit` at once, and resolves with the results in the order of the inputs. The first failure
 * aborts what is under way, starts nothing more, and is thrown when everything has ended; on abort the signal's reason is.
 */
export async function inParallel<Input, Result>(
  inputs: Iterable<Input>,
  limit: number,
  work: (input: Input, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const results: Result[] = [];
  const waiting = numbered(inputs);

  async function worker(): Promise<void> {
    try {
      for (const [place, input] of waiting) {
        if (failed.signal.aborted) return;
        results[place] = await work(input, either);
      }
    } catch (error) {
      failed.abort(error);
    }
  }

  await Promise.all(Array.from({ length: limit }, worker));
  // What stopped it from outside comes first: the failures it caused say less.
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return results;
}

function* numbered<Input>(inputs: Iterable<Input>): Generator<readonly [place: number, input: Input]> {
  let place = 0;
  for (const input of inputs) {
    yield [place, input];
    place += 1;
  }
}
