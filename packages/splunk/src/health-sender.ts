import { randomUUID } from "node:crypto";
import { authoritiesWith, clean, TargetError } from "@socdefenders/shared";
import type { SplunkConfig } from "./config.ts";
import type { HealthEvent } from "./health.ts";
import { readAnswer, type Verdict } from "./hec/answer.ts";

const sourcetype = "socdefenders:health";
const timeoutMs = 10_000;

/**
 * Sends health events through splunk-logging, with the token of the indicators, to the first address that takes them. What that library
 * leaves open is closed here: certificates are verified, waits end, its printing error handler is replaced, and the answer is read by
 * the code table (docs/decisions/0010). It has no retry that knows HEC and no acknowledgement: health events are sent once, and an error
 * is the caller's to log. Throws TargetError.
 */
export async function sendHealth(config: SplunkConfig, events: readonly HealthEvent[], now: number): Promise<void> {
  let failure: TargetError | undefined;
  for (const endpoint of config.endpoints) {
    const first = await post(config, endpoint, events, now);
    const verdict = first.kind === "channel-wanted" ? await post(config, endpoint, events, now, randomUUID()) : first;
    if (verdict.kind === "accepted") return;
    failure = "error" in verdict ? verdict.error : refused(verdict);
  }
  if (failure !== undefined) throw failure;
}

async function post(
  config: SplunkConfig,
  endpoint: URL,
  events: readonly HealthEvent[],
  now: number,
  channel?: string,
): Promise<Verdict> {
  const logger = await openLogger(config, endpoint, channel);
  for (const event of events) {
    logger.send({ message: event, metadata: { time: now, source: "socdefenders", sourcetype, ...indexOf(config) } });
  }
  const where = `POST ${endpoint.origin}/services/collector/event`;
  return new Promise((resolve) => {
    logger.flush((error: Error | undefined | null, response: { statusCode?: number } | undefined, body: unknown) => {
      if (error === undefined || error === null) {
        resolve(readAnswer({ status: response?.statusCode ?? 0, text: String(body) }, where));
        return;
      }
      const remedy = "Check hec_endpoint and hec_ca_file; health events go there directly, without a proxy.";
      resolve({ kind: "failed", error: new TargetError(`${where}: ${clean(error.message, 300)}`, { remedy, cause: error }) });
    });
  });
}

/** A logger that sends nothing on its own: no timer, no retries, no batch limit. */
async function openLogger({ token, ca }: SplunkConfig, endpoint: URL, channel: string | undefined) {
  // Loaded where it is wanted: most runs are without it.
  const { Logger } = (await import("splunk-logging")).default;
  const logger = new Logger({
    token: token.reveal(),
    protocol: endpoint.protocol === "http:" ? "http" : "https",
    host: endpoint.hostname,
    port: Number(endpoint.port) || (endpoint.protocol === "http:" ? 80 : 443),
    path: "/services/collector/event",
    maxRetries: 0,
    batchInterval: 0,
    maxBatchCount: 0,
    maxBatchSize: 0,
  });
  logger.error = () => undefined;
  logger.eventFormatter = (message: unknown) => message;
  // The options of needle, which it posts with; its types name those of `request`, which it has left.
  const options = {
    strictSSL: true,
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca: authoritiesWith(ca) }),
    open_timeout: timeoutMs,
    response_timeout: timeoutMs,
    read_timeout: timeoutMs,
    follow_max: 0,
    parse_response: false,
    decode_response: false,
    headers: channel === undefined ? {} : { "x-splunk-request-channel": channel },
  };
  logger.requestOptions = options;
  return logger;
}

function indexOf({ index }: SplunkConfig): { index?: string } {
  return index === undefined ? {} : { index };
}

function refused({ kind }: Verdict): TargetError {
  return new TargetError(`Splunk does not take health events: ${kind}`, {
    remedy: "Check the index and the HEC token; the indicators are not concerned.",
  });
}
