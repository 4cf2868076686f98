import { defaultRetryPolicy, onlyLook, TargetError, type Host, type RetryPolicy, type Sink } from "@socdefenders/shared";
import { addressesOf } from "./cloud.ts";
import type { LogsConfig } from "./config.ts";
import { inParallel } from "./in-parallel.ts";
import { readFailure, readProbeFailure } from "./logs/answer.ts";
import { cutChunks, setOversizedAside } from "./logs/chunks.ts";
import { createLogsClient } from "./logs/client.ts";
import { deliver, send, type Refused, type Settled } from "./logs/delivery.ts";
import type { SentinelRow } from "./mapping.ts";

export interface SinkOptions {
  readonly retryPolicy?: RetryPolicy;
  /** Longest wait for the answer to one request, the token included. Default 60,000. */
  readonly timeoutMs?: number;
}

const uploadsAtOnce = 3;
// So many rows from all over a list, each refused alone before any was ever taken, are not the rows' fault.
const mostProbes = 10;

type Request = (rows: readonly SentinelRow[]) => Promise<Settled | undefined>;

/**
 * Sends rows to the Logs Ingestion API in chunks of at most 900 KB of JSON, three at once. A chunk the service does not take is halved
 * until the row that spoils it stands alone and is refused; the others are delivered.
 */
export function createSink(config: LogsConfig, { userAgent, log }: Host, options: SinkOptions = {}): Sink<SentinelRow> {
  const { retryPolicy: policy = defaultRetryPolicy, timeoutMs = 60_000 } = options;
  const client = createLogsClient(config, userAgent, timeoutMs);
  const attempts = { policy, log, read: (thrown: unknown) => readFailure(thrown, client.where) };
  const probing = { ...attempts, read: (thrown: unknown) => readProbeFailure(thrown, client.where) };
  // Whether the service has taken anything from this sink yet: only then is a refused row surely the row's fault.
  let proven = false;

  async function upload(rows: readonly SentinelRow[], signal: AbortSignal): Promise<Settled | undefined> {
    const settled = await send(() => client.upload(rows, signal), attempts, signal);
    proven ||= settled === undefined;
    return settled;
  }

  async function deliverChunk(rows: readonly SentinelRow[], signal: AbortSignal): Promise<readonly Refused<SentinelRow>[]> {
    const request: Request = (part) => upload(part, signal);
    if (proven) return deliver(rows, request);
    const settled = await request(rows);
    if (settled === undefined) return [];
    if (settled.kind === "failed") throw settled.error;
    const { refused, left } = await tryAlone(rows, request);
    return left.length === 0 ? refused : [...refused, ...(await deliver(left, request))];
  }

  /** Sends rows from all over a refused list, each alone, until one is taken. Throws where none is: then the request is what is wrong. */
  async function tryAlone(rows: readonly SentinelRow[], request: Request) {
    const step = Math.ceil(rows.length / mostProbes);
    const tried = new Set<SentinelRow>();
    const refused: Refused<SentinelRow>[] = [];
    for (let place = 0; place < rows.length && refused.length === tried.size; place += step) {
      const [row] = rows.slice(place, place + 1) as [SentinelRow];
      tried.add(row);
      refused.push(...(await deliver([row], request)));
    }
    if (!proven) throw noneTaken(client.where, refused[0]?.reason ?? "");
    return { refused, left: rows.filter((row) => !tried.has(row)) };
  }

  return {
    async check(signal, look = onlyLook) {
      const prove = async (request: () => Promise<void>): Promise<void> => {
        const settled = await send(request, probing, signal);
        if (settled?.kind === "failed") throw settled.error;
      };
      await look("token", async () => {
        await prove(() => client.authenticate(signal));
        return { message: `the identity gives a token for ${addressesOf[config.cloud].monitor}` };
      });
      // Which answer an empty list gets is not documented. Token, rule and stream are looked at before the content, so an answer that
      // complains of none of them (204, or 400 for the content) proves all three.
      await look("rule", async () => {
        await prove(() => client.probe(signal));
        return { message: `${config.ruleId} takes ${config.stream} from this identity; its columns show with the first rows only` };
      });
    },
    async write(items, signal) {
      const { rows, refusals } = setOversizedAside(items);
      const refused: readonly Refused<SentinelRow>[] = (
        await inParallel(cutChunks(rows), uploadsAtOnce, deliverChunk, signal)
      ).flat();
      return [...refusals, ...refused];
    },
    // The SDK's idle connections do not keep the process alive, and there is nothing else to release.
    close: () => Promise.resolve(),
  };
}

function noneTaken(where: string, reason: string): TargetError {
  return new TargetError(`${where}: no row was taken: ${reason}`, {
    remedy:
      "Check sentinel.rule_id, sentinel.stream and the columns the rule declares. Nothing is set aside; the page is sent again.",
  });
}
