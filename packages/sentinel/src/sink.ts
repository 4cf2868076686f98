import { setTimeout as wait } from "node:timers/promises";
import {
  backOffMs,
  defaultRetryPolicy,
  TargetError,
  type Host,
  type Refusal,
  type RetryPolicy,
  type Sink,
} from "@socdefenders/shared";
import { readFailure, type Verdict } from "./logs/answer.ts";
import { cutChunks, setOversizedAside } from "./logs/chunks.ts";
import { createLogsClient } from "./logs/client.ts";
import { inParallel } from "./logs/concurrency.ts";
import type { LogsConfig } from "./config.ts";
import type { SentinelRow } from "./mapping.ts";

export interface SinkOptions {
  readonly retryPolicy?: RetryPolicy;
  /** Longest wait for the answer to one request. Default 60,000. */
  readonly timeoutMs?: number;
}

const uploadsAtOnce = 3;

/**
 * Sends rows to the Logs Ingestion API in chunks of at most 900 KB of JSON, three at once. A chunk the service does not take is halved
 * until the row that spoils it stands alone and is refused; the others are delivered.
 */
export function createSink(config: LogsConfig, { userAgent }: Host, options: SinkOptions = {}): Sink<SentinelRow> {
  const { retryPolicy = defaultRetryPolicy, timeoutMs = 60_000 } = options;
  const client = createLogsClient(config, userAgent, timeoutMs);
  // Whether the service has taken anything from this sink yet: only then is a refused row surely the row's fault.
  let proven = false;

  /** Makes a request until it is confirmed, refused for good, or the tries are used up. Undefined is success. */
  async function send(
    request: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<Exclude<Verdict, { kind: "temporary" }> | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request().then(() => undefined);
      } catch (thrown) {
        signal.throwIfAborted();
        const verdict = readFailure(thrown, client.where);
        if (verdict.kind !== "temporary") return verdict;
        if (attempt >= retryPolicy.attempts) throw verdict.error;
        await wait(verdict.waitMs ?? backOffMs(retryPolicy, attempt), undefined, { signal });
      }
    }
  }

  async function deliver(rows: readonly SentinelRow[], signal: AbortSignal): Promise<readonly Refused[]> {
    const verdict = await send(() => client.upload(rows, signal), signal);
    if (verdict === undefined) {
      proven = true;
      return [];
    }
    if (verdict.kind === "failed") throw verdict.error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) {
      const isTooLarge = verdict.kind === "too-large";
      return [
        { item: only, reason: isTooLarge ? "HTTP 413: larger than Azure Monitor takes" : verdict.reason, needsProof: !isTooLarge },
      ];
    }
    const middle = Math.ceil(rows.length / 2);
    return [...(await deliver(rows.slice(0, middle), signal)), ...(await deliver(rows.slice(middle), signal))];
  }

  return {
    async check(signal) {
      // Which answer an empty list gets is not documented. Token, rule and stream are looked at before the content, so an answer that
      // complains of none of them (204, or 400 for the content) proves all three.
      const verdict = await send(() => client.probe(signal), signal);
      if (verdict?.kind === "failed") throw verdict.error;
    },
    async write(items, signal) {
      const { rows, refusals } = setOversizedAside(items);
      const refused = (await inParallel(cutChunks(rows), uploadsAtOnce, deliver, signal)).flat();
      const doubtful = refused.find(({ needsProof }) => needsProof);
      if (doubtful !== undefined && !proven) {
        throw new TargetError(`${client.where}: no row was taken: ${doubtful.reason}`, {
          remedy:
            "Check sentinel.rule_id, sentinel.stream and the columns the rule declares. Nothing is set aside; the page is sent again.",
        });
      }
      return [...refusals, ...refused];
    },
    // The SDK's idle connections do not keep the process alive, and there is nothing else to release.
    close: () => Promise.resolve(),
  };
}

/** A refused row; one that `needsProof` may have met a wrong rule or stream instead, as long as no row was ever taken. */
interface Refused extends Refusal<SentinelRow> {
  readonly needsProof: boolean;
}
