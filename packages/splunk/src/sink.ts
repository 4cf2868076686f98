import { gzipSync } from "node:zlib";
import {
  createHttpClient,
  NetworkError,
  sendWithRetry,
  TargetError,
  toEpochSeconds,
  type Host,
  type HttpResponse,
  type Refusal,
  type RetryPolicy,
  type Sink,
} from "@socdefenders/shared";
import { readAnswer } from "./answer.ts";
import type { SplunkConfig } from "./config.ts";
import type { SplunkEvent } from "./mapping.ts";

const mostEventsInBatch = 5000;

/** An event and the envelope HEC takes it in, serialised once. */
interface Encoded {
  readonly item: SplunkEvent;
  readonly json: string;
}

/**
 * Sends events to the HTTP Event Collector's `/services/collector/event`, gzipped, in batches cut by bytes and count. Answers are read
 * by HEC code: an event it refuses is set aside and the rest of its batch is sent again.
 */
export function createSink(config: SplunkConfig, host: Host, retryPolicy?: RetryPolicy): Sink<SplunkEvent> {
  const http = createHttpClient({ ...host, ca: config.ca });
  const url = new URL("/services/collector/event", config.endpoint);
  const where = `POST ${url.href}`;

  async function post(body: string, signal: AbortSignal): Promise<HttpResponse> {
    const headers = {
      authorization: `Splunk ${config.token.reveal()}`,
      "content-type": "application/json",
      "content-encoding": "gzip",
    };
    try {
      return await sendWithRetry(http, { method: "POST", url, headers, body: gzipSync(body, { level: 1 }), signal }, retryPolicy);
    } catch (cause) {
      if (!(cause instanceof NetworkError)) throw cause;
      throw new TargetError(`Splunk cannot be reached: ${cause.message}`, {
        remedy:
          cause.remedy ??
          "Check splunk.endpoint, that HEC is enabled, and splunk.ca_file. What was not confirmed is sent again by the next run.",
        cause,
      });
    }
  }

  async function deliver(batch: readonly Encoded[], signal: AbortSignal): Promise<readonly Refusal<SplunkEvent>[]> {
    if (batch.length === 0) return [];
    const verdict = readAnswer(await post(batch.map(({ json }) => json).join("\n"), signal), where);
    switch (verdict.kind) {
      case "accepted":
        return [];
      case "failed":
        throw verdict.error;
      case "event-refused": {
        const refused = batch[verdict.place];
        if (refused === undefined)
          throw new TargetError(`${where}: ${verdict.reason}`, { remedy: "Report this answer of Splunk." });
        const rest = batch.filter((encoded) => encoded !== refused);
        return [{ item: refused.item, reason: verdict.reason }, ...(await deliver(rest, signal))];
      }
      case "too-large": {
        const [only] = batch;
        if (batch.length === 1 && only !== undefined) return [{ item: only.item, reason: "HTTP 413: larger than Splunk takes" }];
        const middle = Math.ceil(batch.length / 2);
        return [...(await deliver(batch.slice(0, middle), signal)), ...(await deliver(batch.slice(middle), signal))];
      }
    }
  }

  return {
    async check(signal) {
      // An empty body is answered 400, code 5 (no data), once address and token are right. The index is proven by the first event only.
      const response = await post("", signal);
      if (/"code"\s*:\s*5\b/.test(response.text)) return;
      const verdict = readAnswer(response, where);
      if (verdict.kind === "accepted") return;
      throw verdict.kind === "failed" ? verdict.error : unexpected(response.status);
    },
    async write(items, signal) {
      const refusals: Refusal<SplunkEvent>[] = [];
      for (const batch of cutBatches(
        items.map((item) => encode(item, config.index)),
        config.batchBytes,
      )) {
        refusals.push(...(await deliver(batch, signal)));
      }
      return refusals;
    },
    close: () => http.close(),
  };
}

function unexpected(status: number): TargetError {
  return new TargetError(`an empty request is answered as a refused event (HTTP ${status})`, {
    remedy: "Check splunk.endpoint and what lies between: something changes the requests on their way to the HTTP Event Collector.",
  });
}

function encode(item: SplunkEvent, index: string | undefined): Encoded {
  const envelope = {
    time: toEpochSeconds(item.modified),
    source: `socdefenders:${item.collection}`,
    sourcetype: "socdefenders:indicator",
    index,
    event: item,
  };
  return { item, json: JSON.stringify(envelope) };
}

/** Batches within both limits; an event that is larger than the limit goes alone, so that Splunk and not we decide about it. */
function* cutBatches(events: readonly Encoded[], maximumBytes: number): Generator<readonly Encoded[]> {
  let batch: Encoded[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.json) + 1;
    if (batch.length > 0 && (bytes + size > maximumBytes || batch.length >= mostEventsInBatch)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
