import { randomUUID } from "node:crypto";
import { createHttpClient, NetworkError, TargetError, type Finding, type Host, type HttpResponse } from "@socdefenders/shared";
import { z } from "zod";
import type { SplunkConfig } from "../config.ts";

/** What an HTTP Event Collector says of itself without being given an event. */
export interface Examination {
  /** `GET /services/collector/health`, which needs no token. Throws TargetError where the only address does not answer. */
  health(origin: URL, signal: AbortSignal): Promise<Finding>;
  /** Whether the token has indexer acknowledgement. Throws TargetError where that is not what the configuration asks for. */
  acknowledgement(signal: AbortSignal): Promise<Finding>;
  close(): Promise<void>;
}

export function openExamination(config: SplunkConfig, host: Host): Examination {
  const http = createHttpClient({ ...host, ca: config.ca, timeoutMs: config.timeoutMs });

  /** An id of a new channel is asked for: a token without acknowledgement answers code 14, any other that it is not indexed. */
  async function askForAcknowledgement(origin: URL, signal: AbortSignal): Promise<HttpResponse> {
    const headers = {
      authorization: `Splunk ${config.token.reveal()}`,
      "content-type": "application/json",
      "x-splunk-request-channel": randomUUID(),
    };
    return http.send({ method: "POST", url: new URL("/services/collector/ack", origin), headers, body: '{"acks":[0]}', signal });
  }

  return {
    async health(origin, signal) {
      const url = new URL("/services/collector/health", origin);
      try {
        return readHealth(await http.send({ method: "GET", url, signal }), origin);
      } catch (cause) {
        if (!(cause instanceof NetworkError)) throw cause;
        const remedy = cause.remedy ?? "Check splunk.endpoint, that HEC is enabled, and splunk.ca_file.";
        if (config.endpoints.length > 1) return { message: `${cause.message}; the other addresses are used`, remedy };
        throw new TargetError(`Splunk cannot be reached: ${cause.message}`, { remedy, cause });
      }
    },
    async acknowledgement(signal) {
      for (const origin of config.endpoints) {
        try {
          return readAcknowledgement(await askForAcknowledgement(origin, signal), config);
        } catch (cause) {
          if (!(cause instanceof NetworkError)) throw cause;
        }
      }
      return unknown("no address answered");
    },
    close: () => http.close(),
  };
}

// Codes as Splunk documents them under "Troubleshoot HTTP Event Collector".
const healthyCode = 17;
const disabledCode = 14;

function readHealth({ status, text }: HttpResponse, { origin }: URL): Finding {
  const code = codeOf(text);
  if (status === 200 && code === healthyCode) return { message: `${origin} is healthy` };
  if (status === 503) {
    return {
      message: `${origin} answers, with full queues (code ${code})`,
      remedy: "Look at the indexers' queues; deliveries wait.",
    };
  }
  return {
    message: `${origin} says nothing of its health: HTTP ${status}`,
    remedy: "See what stands before HEC and keeps /services/collector/health from it, should the checks below fail.",
  };
}

function readAcknowledgement({ status, text }: HttpResponse, { acknowledgement }: SplunkConfig): Finding {
  const isOff = codeOf(text) === disabledCode;
  if (!isOff && (status !== 200 || !acksSchema.safeParse(parseJson(text)).success)) return unknown(`HTTP ${status}`);
  if (isOff && acknowledgement === "required") {
    throw new TargetError("the token has no indexer acknowledgement, which acknowledgement: required asks for", {
      remedy: "Turn indexer acknowledgement on for this HEC token, or set acknowledgement to auto.",
    });
  }
  if (!isOff && acknowledgement === "off") {
    throw new TargetError("the token has indexer acknowledgement, which acknowledgement: off refuses", {
      remedy: "Set acknowledgement to auto, or turn it off for this token.",
    });
  }
  if (isOff) return { message: "off for this token: events count as delivered when HEC has taken them" };
  return { message: "on for this token: events count as delivered when they are indexed" };
}

function unknown(why: string): Finding {
  return {
    message: `whether the token has indexer acknowledgement is not said (${why})`,
    remedy: "Leave acknowledgement at auto: the first delivery finds out.",
  };
}

function codeOf(text: string): number | undefined {
  return codeSchema.safeParse(parseJson(text)).data?.code;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeSchema = z.object({ code: z.int() });
const acksSchema = z.object({ acks: z.record(z.string(), z.boolean()) });
