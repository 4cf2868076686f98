import type { TokenCredential } from "@azure/identity";
import {
  createHttpClient,
  defaultRetryPolicy,
  onlyLook,
  systemClock,
  TargetError,
  type Clock,
  type Host,
  type HttpClient,
  type Refusal,
  type RetryPolicy,
  type Sink,
} from "@socdefenders/shared";
import type { ThreatIntelligenceConfig } from "../config.ts";
import { inParallel } from "../in-parallel.ts";
import { remedies } from "./answer.ts";
import { cutBatches, cutRuns, type Upload } from "./batches.ts";
import { createUploadClient } from "./client.ts";
import type { ThreatIntelligenceObject } from "./mapping.ts";
import { sharedPace } from "./pace.ts";
import { createSender } from "./send.ts";

export interface ThreatIntelligenceSinkOptions {
  readonly retryPolicy?: RetryPolicy;
  /** Longest wait for a token, and for all of the answer to one request. Default 60,000. */
  readonly timeoutMs?: number;
  /** Default the clock of this machine. */
  readonly clock?: Clock;
  /** Default a client of the configured authorities and the host's proxies. */
  readonly http?: HttpClient;
  /** Default the configured identity. */
  readonly credential?: TokenCredential;
}

// Keeps to 100 requests a minute with answers that take three seconds.
const uploadsAtOnce = 5;
// A whole request of objects that were refused alone, before one was taken, is not the objects' fault; to go on would take minutes a request.
const mostUnproven = 100;

/**
 * Sends indicators to Microsoft Sentinel's upload API, 100 a request and 100 requests a minute. What an answer of 200 names as refused is
 * refused and never sent again, the others are in the store. A batch that is refused without a word about which object spoils it is
 * halved until that one stands alone.
 */
export function createThreatIntelligenceSink(
  config: ThreatIntelligenceConfig,
  host: Host,
  options: ThreatIntelligenceSinkOptions = {},
): Sink<ThreatIntelligenceObject> {
  const { retryPolicy = defaultRetryPolicy, timeoutMs = 60_000, clock = systemClock, credential } = options;
  const http = options.http ?? createHttpClient({ ...host, ca: config.ca, timeoutMs, wholeTimeoutMs: timeoutMs });
  const client = createUploadClient(config, { http, credential, timeoutMs });
  const pace = sharedPace(config.endpoint, config.application?.clientId ?? config.clientId ?? "", clock);
  const send = createSender({ client, pace, clock, retryPolicy, log: host.log });
  // Whether the service has taken anything from this sink yet: only then is a refused object surely the object's fault.
  let proven = false;
  let unproven = 0;

  async function deliver(batch: readonly Upload[], signal: AbortSignal): Promise<readonly Refused[]> {
    const verdict = await send(
      batch.map(({ json }) => json),
      signal,
    );
    if (verdict.kind === "taken") {
      proven ||= verdict.refused.size < batch.length;
      return [...verdict.refused].flatMap(([place, reason]) => {
        const item = batch[place]?.item;
        return item === undefined ? [] : [{ item, reason, needsProof: false }];
      });
    }
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      if (!proven && (unproven += 1) >= mostUnproven) throw noneTaken(client.where, verdict.reason);
      return [{ item: only.item, reason: verdict.reason, needsProof: true }];
    }
    const middle = Math.ceil(batch.length / 2);
    return [...(await deliver(batch.slice(0, middle), signal)), ...(await deliver(batch.slice(middle), signal))];
  }

  return {
    async check(signal, look = onlyLook) {
      await look("token", async () => ({ message: `the identity gives a token for ${await client.authenticate(signal)}` }));
      // Which answer an empty list gets is not documented (and not verified). Token, role and workspace are the request's, so an answer
      // that complains of none of them (200, or 400 for the content) proves them; there is nothing in it to store.
      await look("upload_api", async () => {
        await send([], signal);
        return { message: `the workspace ${config.workspaceId} takes indicators from this identity` };
      });
    },
    async write(items, signal) {
      const refused: Refused[] = [];
      for (const run of cutRuns(items)) refused.push(...(await inParallel(cutBatches(run), uploadsAtOnce, deliver, signal)).flat());
      const doubtful = refused.find(({ needsProof }) => needsProof);
      if (doubtful !== undefined && !proven) throw noneTaken(client.where, doubtful.reason);
      return refused.map(({ item, reason }) => ({ item, reason }));
    },
    close: () => http.close(),
  };
}

function noneTaken(where: string, reason: string): TargetError {
  return new TargetError(`${where}: no object was taken: ${reason}`, { remedy: remedies.refused });
}

/** A refused object; one that `needsProof` may have met a wrong request instead, as long as nothing was ever taken. */
interface Refused extends Refusal<ThreatIntelligenceObject> {
  readonly needsProof: boolean;
}
