import { untilAborted } from "@socdefenders/shared";

/**
 * Runs one request with a time limit of its own, since the SDK has none. An upload that was aborted may resolve as if all had gone
 * well, and a token may be waited for without a look at the signal: so the limit is raced, and looked at again after success. What loses
 * the race is left behind. Throws the work's error, the signal's reason, or a TimeoutError.
 */
export async function withDeadline<Result>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), timeoutMs);
  const deadline = AbortSignal.any([signal, late.signal]);
  try {
    const result = await untilAborted(work(deadline), deadline);
    deadline.throwIfAborted();
    return result;
  } finally {
    clearTimeout(timer);
  }
}
