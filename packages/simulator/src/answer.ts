import type { Behaviour } from "./behaviour.ts";

/** What the feed says to one request, and how it travels. */
export interface FeedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Default whole and at once. */
  readonly manner?: Manner | undefined;
}

/** The ways in which an answer fails to arrive as it was sent. */
export type Manner = "cut-gzip" | "cut-body" | "drip" | "late" | "reset-before-head" | "reset-in-body";

export interface FeedError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const mediaType = "application/taxii+json;version=2.1";

/** 200 with what the vendor puts on each answer. */
export function success({ contentType }: Behaviour, body: unknown, headers: Readonly<Record<string, string>> = {}): FeedAnswer {
  return {
    status: 200,
    headers: {
      "content-type": contentType === "taxii" ? mediaType : "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

/** An error in the body that the feed's behaviour asks for. */
export function failure({ errorBody }: Behaviour, error: FeedError): FeedAnswer {
  const { status, headers } = error;
  if (errorBody === "html") return htmlPage(status, headers);
  const [type, body] = errorBody === "taxii" ? [mediaType, taxiiBody(error)] : ["application/json", vendorBody(error)];
  return { status, headers: { "content-type": type, ...headers }, body: JSON.stringify(body) };
}

const requestId = "req_simulated";

const vendorBody = ({ code, message, details = {} }: FeedError): unknown => ({
  error: { code, message, details, request_id: requestId },
});

/** TAXII 2.1 §3.6.1. */
const taxiiBody = ({ status, code, message }: FeedError): unknown => ({
  title: message,
  error_id: requestId,
  error_code: code,
  http_status: String(status),
});

/** What a gateway says, not the feed. */
export function htmlPage(status: number, headers: Readonly<Record<string, string>> = {}): FeedAnswer {
  return {
    status,
    headers: { "content-type": "text/html", ...headers },
    body: `<!doctype html><html><head><title>${status}</title></head><body><h1>Attention required</h1></body></html>`,
  };
}
