import { setTimeout as wait } from "node:timers/promises";
import { backOffMs, defaultPatienceMs, TargetError, type Host, type Refusal, type RetryPolicy } from "@socdefenders/shared";

/** What a failed request means for the items it carried. */
export type Verdict = Settled | Temporary;

/** What no further try of the same request would change. */
export type Settled =
  /** The service does not take the items as they are; which of them, it does not say. */
  | { readonly kind: "items-refused"; readonly reason: string }
  | { readonly kind: "too-large" }
  | { readonly kind: "failed"; readonly error: TargetError };

/** Worth another try, after `waitMs` where the service said how long. */
interface Temporary {
  readonly kind: "temporary";
  readonly waitMs: number | undefined;
  readonly error: TargetError;
}

export interface Attempts {
  readonly policy: RetryPolicy;
  readonly log: Host["log"];
  /** Reads what a request threw; what is none of the service's, the network's or the identity's doing it throws on. */
  readonly read: (thrown: unknown) => Verdict;
}

/**
 * Makes a request, one at a time, until it is confirmed (undefined), settled otherwise, or the tries are used up: then the last error is
 * thrown, as it is where the service asks for more patience than the policy has. On abort the signal's reason is thrown.
 */
export async function send(
  request: () => Promise<void>,
  { policy, log, read }: Attempts,
  signal: AbortSignal,
): Promise<Settled | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const verdict = await attemptOnce(request, read, signal);
    if (verdict?.kind !== "temporary") return verdict;
    if (attempt >= policy.attempts) throw verdict.error;
    const pauseMs = Math.round(verdict.waitMs ?? backOffMs(policy, attempt));
    if (pauseMs > (policy.patienceMs ?? defaultPatienceMs)) throw askedForPatience(verdict.error, pauseMs);
    log.info("retry", `${verdict.error.message}; trying again in ${(pauseMs / 1000).toFixed(1)} s`, {
      attempt,
      attempts: policy.attempts,
      pause_ms: pauseMs,
    });
    await wait(pauseMs, undefined, { signal });
  }
}

async function attemptOnce(
  request: () => Promise<void>,
  read: Attempts["read"],
  signal: AbortSignal,
): Promise<Verdict | undefined> {
  try {
    await request();
    return undefined;
  } catch (thrown) {
    // What stopped it from outside says more than the failure it caused.
    signal.throwIfAborted();
    return read(thrown);
  }
}

function askedForPatience(error: TargetError, pauseMs: number): TargetError {
  const until = new Date(Date.now() + pauseMs).toISOString();
  return new TargetError(`${error.message}; it asks to be left alone until ${until}`, {
    remedy: "Run again after that time. The position has not moved: the page is sent again, and nothing is lost.",
    cause: error,
  });
}

/** A refused item, and whether it alone was too large or the service found fault with its content. */
export interface Refused<Item> extends Refusal<Item> {
  readonly kind: "items-refused" | "too-large";
}

/**
 * Delivers a list by `request`; one that is refused or too large is halved until the items that spoil it stand alone. So n items of which
 * b are refused take at most 1 + 2·b·⌈log₂ n⌉ requests, and no item is confirmed twice. Throws the error of a request that failed.
 */
export async function deliver<Item>(
  items: readonly Item[],
  request: (items: readonly Item[]) => Promise<Settled | undefined>,
): Promise<readonly Refused<Item>[]> {
  const settled = await request(items);
  if (settled === undefined) return [];
  if (settled.kind === "failed") throw settled.error;
  const [only] = items;
  if (items.length === 1 && only !== undefined) {
    const reason = settled.kind === "too-large" ? "HTTP 413: larger than the service takes" : settled.reason;
    return [{ item: only, reason, kind: settled.kind }];
  }
  const middle = Math.ceil(items.length / 2);
  return [...(await deliver(items.slice(0, middle), request)), ...(await deliver(items.slice(middle), request))];
}
