import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { NetworkError } from "../errors/network-error.ts";
import { authoritiesWith } from "./authorities.ts";
import { silentLogger, type Logger } from "../log/logger.ts";

const unzip = promisify(gunzip);

export interface HttpClientOptions {
  /** Extra certificate authorities in PEM, besides the public ones. */
  readonly ca?: string | undefined;
  /**
   * Set where the certificate must be signed by `ca` but may carry any name: splunkd's own names no host. The public authorities
   * are not trusted then.
   */
  readonly anyName?: boolean | undefined;
  /** Address of an HTTP proxy, with or without `user:password@`. */
  readonly proxy?: string | undefined;
  /** Longest wait for the answer's head and for each further piece of its body; ten times that for all of it. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Told of waits before a request is made again. */
  readonly log?: Logger | undefined;
  /** Sent as User-Agent: `socdefenders-connectors/<version>`. */
  readonly userAgent: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** A header's value by lower-case name, the first one where it came several times. */
  header(name: string): string | undefined;
  /** Every value of a header, `set-cookie` for instance. */
  headerValues(name: string): readonly string[];
  /** The body, decompressed, as UTF-8. */
  readonly text: string;
}

/** The one way to the network. An answer of any status is a value; {@link NetworkError} means that none arrived. */
export interface HttpClient {
  readonly log: Logger;
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

// Both caps stand far above a page of 1,000 objects (0.9 MB) and far below what hurts the process.
const largestWireBytes = 16 * 1024 * 1024;
const largestBodyBytes = 64 * 1024 * 1024;
const connectTimeoutMs = 10_000;

/**
 * A client with one keep-alive pool. Redirects are not followed (the caller decides who may see a credential), TLS certificates are
 * always verified, and both the compressed and the decompressed size of an answer are capped.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { timeoutMs = 60_000 } = options;
  let opened: Promise<Dispatcher> | undefined;
  const dispatcher = (): Promise<Dispatcher> => (opened ??= openDispatcher(options));

  return {
    log: options.log ?? silentLogger,
    async send({ method, url, headers, body, signal }) {
      // Loaded on first use: commands that never reach the network start faster without it.
      const { request } = await import("undici");
      // The time-outs of undici begin anew with each byte: an answer that drips would never end.
      const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs * 10), ...(signal === undefined ? [] : [signal])]);
      try {
        const response = await request(url, {
          method,
          headers: { "user-agent": options.userAgent, "accept-encoding": "gzip", ...headers },
          body: body ?? null,
          signal: deadline,
          dispatcher: await dispatcher(),
        });
        const text = await readBody(response, method, url);
        const headerValues = (name: string): string[] => [response.headers[name] ?? []].flat();
        return { status: response.statusCode, text, header: (name) => headerValues(name)[0], headerValues };
      } catch (error) {
        signal?.throwIfAborted();
        throw toNetworkError(error, method, url);
      }
    },
    async close() {
      // Not a graceful close: what is still under way, a page fetched ahead for instance, is wanted by nobody any more.
      await (await opened?.catch(() => undefined))?.destroy();
    },
  };
}

async function openDispatcher({ ca, anyName = false, proxy, timeoutMs = 60_000 }: HttpClientOptions): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  const tls = {
    timeout: connectTimeoutMs,
    ...(ca !== undefined && { ca: anyName ? [ca] : authoritiesWith(ca) }),
    ...(anyName && { checkServerIdentity: () => undefined }),
  };
  const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  return proxy === undefined
    ? new Agent({ connect: tls, ...timeouts })
    : new ProxyAgent({ uri: proxy, requestTls: tls, ...timeouts });
}

async function readBody(response: Dispatcher.ResponseData, method: string, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestWireBytes) throw tooLarge(method, url, largestWireBytes);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks, size);
  if (firstValue(response.headers["content-encoding"])?.toLowerCase() !== "gzip") return bytes.toString("utf8");
  return (await unzip(bytes, { maxOutputLength: largestBodyBytes })).toString("utf8");
}

function tooLarge(method: string, url: URL, limit: number): NetworkError {
  return new NetworkError(`${method} ${printable(url)}: the answer is larger than ${limit} bytes`, {
    code: "TOO_LARGE",
    sent: true,
    retryable: false,
  });
}

function toNetworkError(error: unknown, method: string, url: URL): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = errorCode(error);
  const reason = networkReasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new NetworkError(`${method} ${printable(url)}: ${reason}`, {
    code,
    sent: !neverSent.has(code),
    retryable: !permanent.has(code),
    cause: error,
  });
}

function errorCode(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "UND_ERR_BODY_TIMEOUT";
  if (typeof error !== "object" || error === null) return "UNKNOWN";
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === "string" ? code : cause === undefined ? "UNKNOWN" : errorCode(cause);
}

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH", "ENETUNREACH"]);

// The same request fails the same way again.
const permanent = new Set([
  "ERR_BUFFER_TOO_LARGE",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_DESTROYED",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "the host name does not resolve",
  EAI_AGAIN: "the host name does not resolve now (DNS did not answer)",
  ECONNRESET: "the connection was reset",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped half-way",
  Z_BUF_ERROR: "the compressed answer is cut off",
  Z_DATA_ERROR: "the compressed answer is damaged",
  ERR_BUFFER_TOO_LARGE: `the decompressed answer is larger than ${largestBodyBytes} bytes`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not signed by a known authority (ca_file names your own)",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate chain is self-signed (ca_file names your own authority)",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed (ca_file names it)",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

function firstValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** A URL for messages: without its query, which may hold what nobody should read. */
export function printable(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
