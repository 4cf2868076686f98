import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createHttpClient, NetworkError, retryAfterMs, TargetError, type Host, type HttpResponse } from "@socdefenders/shared";
import { z } from "zod";
import type { SplunkConfig } from "../config.ts";
import { createAcknowledgements, type PollAnswer } from "./acknowledgements.ts";
import { readAnswer, type Verdict } from "./answer.ts";
import { openChannel, type Channel, type Endpoint } from "./endpoints.ts";

/** What one request came to. `later` may be another one's `answered`, at this address or at another. */
export type Attempt =
  | { readonly kind: "answered"; readonly verdict: Verdict; readonly channel: Channel | undefined }
  | {
      readonly kind: "later";
      readonly error: TargetError;
      /** What Retry-After asked for. */
      readonly pauseMs: number | undefined;
      /** No answer came at all. */
      readonly isDead: boolean;
      /** The same request fails the same way at this address: a certificate that is not trusted. */
      readonly isFinal: boolean;
    };

/** Requests to one endpoint: credential, gzip, cookies, and the channel of a token with indexer acknowledgement. */
export interface Transport {
  attempt(endpoint: Endpoint, text: string, signal: AbortSignal): Promise<Attempt>;
  close(): Promise<void>;
}

const compress = promisify(gzip);
// The fastest gzip (750 KB of memory for it), and one trip to the thread pool for a batch instead of one for each 16 KB that come out.
const compression = { level: 1, memLevel: 9, chunkSize: 256 * 1024 };
const eventPath = "/services/collector/event";
const acknowledgementPath = "/services/collector/ack";
// Without gzip, on a channel, on a new channel: more is a quarrel, not an adaptation.
const mostAdaptations = 3;

export function createTransport(config: SplunkConfig, host: Host, pollMs: number): Transport {
  const { log } = host;
  const http = createHttpClient({ ...host, ca: config.ca, timeoutMs: config.timeoutMs });
  const closed = new AbortController();
  let usesGzip = true;

  async function send(endpoint: Endpoint, path: string, text: string, channel: Channel | undefined, signal: AbortSignal) {
    const cookie = endpoint.cookies.header();
    const headers = {
      authorization: `Splunk ${config.token.reveal()}`,
      "content-type": "application/json",
      ...(channel && { "x-splunk-request-channel": channel.id }),
      ...(cookie !== undefined && { cookie }),
      ...(usesGzip && { "content-encoding": "gzip" }),
    };
    const body = usesGzip ? await compress(text, compression) : text;
    const response = await http.send({ method: "POST", url: new URL(path, endpoint.origin), headers, body, signal });
    endpoint.cookies.take(response.headerValues("set-cookie"));
    return response;
  }

  /** Whether the request may be taken otherwise: without gzip, on another channel, or on none. */
  function adapt({ kind }: Verdict, endpoint: Endpoint, channel: Channel | undefined): boolean {
    if (kind === "encoding-refused") return stopGzip();
    // Several requests may learn of a channel at the same time; one of them changes it.
    const isCurrent = endpoint.channel === channel;
    if (kind === "channel-wanted" && config.acknowledgement !== "off") {
      if (isCurrent) newChannel(endpoint);
      return true;
    }
    if (kind !== "channel-unwanted" || config.acknowledgement === "required" || channel === undefined) return false;
    if (isCurrent) endpoint.channel = undefined;
    return true;
  }

  function stopGzip(): boolean {
    if (usesGzip) log.warn("gzip_refused", "Splunk does not take gzip: the rest of this run is sent uncompressed");
    const isNew = usesGzip;
    usesGzip = false;
    return isNew;
  }

  function newChannel(endpoint: Endpoint): void {
    openChannel(endpoint, (id) =>
      createAcknowledgements({
        poll: (ids) => poll(endpoint, id, ids),
        pollMs,
        deadlineMs: config.acknowledgementTimeoutMs,
        onRepeatedId: () => repeatedId(endpoint, id),
      }),
    );
  }

  function repeatedId(endpoint: Endpoint, id: string): void {
    log.warn("acknowledgement_ids", "Splunk gave an acknowledgement id twice: it was restarted, or requests reach several nodes");
    replaceChannel(endpoint, id);
  }

  /** Unless another request has done so already. */
  function replaceChannel(endpoint: Endpoint, id: string): void {
    if (endpoint.channel?.id === id) newChannel(endpoint);
  }

  async function poll(endpoint: Endpoint, id: string, ids: readonly number[]): Promise<PollAnswer> {
    const { channel } = endpoint;
    if (channel?.id !== id) return "lost";
    try {
      const response = await send(endpoint, acknowledgementPath, JSON.stringify({ acks: ids }), channel, closed.signal);
      const answer = readPoll(response);
      // Splunk drops an idle channel: the next request opens another one.
      if (answer === "lost") replaceChannel(endpoint, id);
      if (answer === "later") notAsked(`HTTP ${response.status} with no list of acknowledgements`);
      return answer;
    } catch (error) {
      if (closed.signal.aborted) return "lost";
      notAsked((error as Error).message);
      return "later";
    }
  }

  function notAsked(reason: string): void {
    log.warn("acknowledgement_poll", `acknowledgements could not be asked for: ${reason}`);
  }

  async function attempt(endpoint: Endpoint, text: string, signal: AbortSignal): Promise<Attempt> {
    const where = `POST ${new URL(eventPath, endpoint.origin).href}`;
    if (config.acknowledgement === "required" && endpoint.channel === undefined) newChannel(endpoint);
    try {
      for (let adaptations = 0; ; adaptations += 1) {
        const { channel } = endpoint;
        const response = await send(endpoint, eventPath, text, channel, signal);
        const verdict = readAnswer(response, where);
        if (verdict.kind === "busy") return busy(verdict.error, response);
        if (adaptations < mostAdaptations && adapt(verdict, endpoint, channel)) continue;
        return { kind: "answered", verdict, channel };
      }
    } catch (cause) {
      if (cause instanceof NetworkError) return unreachable(cause);
      throw cause;
    }
  }

  return {
    async attempt(endpoint, text, signal) {
      if (endpoint.greeting !== undefined) await endpoint.greeting;
      const attempted = attempt(endpoint, text, signal);
      // Side by side, first requests would each get a cookie, and with it a node of a load balancer, of their own.
      endpoint.greeting ??= attempted.then(
        () => undefined,
        () => undefined,
      );
      return attempted;
    },
    async close() {
      closed.abort(new Error("the sink was closed"));
      await http.close();
    },
  };
}

function busy(error: TargetError, response: HttpResponse): Attempt {
  return {
    kind: "later",
    error,
    pauseMs: retryAfterMs(response.header("retry-after"), Date.now()),
    isDead: false,
    isFinal: false,
  };
}

function unreachable(cause: NetworkError): Attempt {
  const error = new TargetError(`Splunk cannot be reached: ${cause.message}`, {
    remedy:
      cause.remedy ??
      "Check splunk.endpoint, that HEC is enabled, and splunk.ca_file. What was not confirmed is sent again by the next run.",
    cause,
  });
  return { kind: "later", error, pauseMs: undefined, isDead: true, isFinal: !cause.retryable };
}

/** `{"acks":{"0":true,"1":false}}`; 400 is a channel that is gone, anything else may be better next time. */
function readPoll({ status, text }: HttpResponse): PollAnswer {
  if (status === 400) return "lost";
  if (status !== 200) return "later";
  try {
    const { acks } = pollSchema.parse(JSON.parse(text));
    return Object.entries(acks).flatMap(([id, isIndexed]) => (isIndexed ? [Number(id)] : []));
  } catch {
    return "later";
  }
}

const pollSchema = z.object({ acks: z.record(z.string(), z.boolean()) });
