/**
 * Runs one request with a time limit of its own, since the SDK has none. An upload that was aborted may resolve as if all had gone
 * well, and a token may be waited for without a look at the signal: so the limit is raced, and looked at again after success.
 */
export async function withDeadline(
  signal: AbortSignal,
  timeoutMs: number,
  work: (deadline: AbortSignal) => Promise<void>,
): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  deadline.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    deadline.addEventListener("abort", () => reject(deadline.reason as Error), { once: true });
  });
  await Promise.race([work(deadline), aborted]);
  deadline.throwIfAborted();
}
