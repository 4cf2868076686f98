import type { Dispatcher } from "undici";
import { silentLogger, type Logger } from "../log/logger.ts";
import { readBody } from "./body.ts";
import type { ClientCertificate } from "./client-certificate.ts";
import { createDispatchers } from "./dispatchers.ts";
import { toNetworkError } from "./network-failure.ts";
import type { ChooseProxy } from "./proxy.ts";

export interface HttpClientOptions {
  /** Extra certificate authorities in PEM, besides the public ones. */
  readonly ca?: string | undefined;
  /**
   * Set where the certificate must be signed by `ca` but may carry any name: splunkd's own names no host. The public authorities
   * are not trusted then.
   */
  readonly anyName?: boolean | undefined;
  /** Set where the operator asked, by name, that no certificate be verified. Default false. */
  readonly unverified?: boolean | undefined;
  /** What this client proves itself with to a server that asks. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Chooses the way to each URL; without it every one is direct. */
  readonly chooseProxy?: ChooseProxy | undefined;
  /** Longest wait for the answer's head and for each further piece of its body. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Longest wait for all of an answer. Default ten times `timeoutMs`. */
  readonly wholeTimeoutMs?: number | undefined;
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

/** The one way to the network. An answer of any status is a value; `NetworkError` means that none arrived. */
export interface HttpClient {
  readonly log: Logger;
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/**
 * A client with one keep-alive pool. Redirects are not followed (the caller decides who may see a credential), TLS certificates are
 * verified unless the operator refused it, and both the compressed and the decompressed size of an answer are capped.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { timeoutMs = 60_000, wholeTimeoutMs = timeoutMs * 10, chooseProxy } = options;
  const dispatchers = createDispatchers(options);

  return {
    log: options.log ?? silentLogger,
    async send({ method, url, headers, body, signal }) {
      // Loaded on first use: commands that never reach the network start faster without it.
      const { request } = await import("undici");
      const where = `${method} ${printable(url)}`;
      const proxy = chooseProxy?.(url);
      // The time-outs of undici begin anew with each byte: an answer that drips would never end.
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(new DOMException("the answer takes too long", "TimeoutError")), wholeTimeoutMs);
      try {
        const response = await request(url, {
          method,
          headers: { "user-agent": options.userAgent, "accept-encoding": "gzip", ...headers },
          body: body ?? null,
          signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
          dispatcher: await dispatchers.open(proxy),
        });
        const headerValues = (name: string): string[] => [response.headers[name] ?? []].flat();
        return {
          status: response.statusCode,
          text: await readText(response, where),
          header: (name) => headerValues(name)[0],
          headerValues,
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw toNetworkError(error, where, proxy);
      } finally {
        clearTimeout(timer);
      }
    },
    // Not a graceful close: what is still under way, a page fetched ahead for instance, is wanted by nobody any more.
    close: () => dispatchers.destroy(),
  };
}

/** What a refusal says decides, not how its body is encoded: one that cannot be read is replaced by the reason why. */
async function readText(response: Dispatcher.ResponseData, where: string): Promise<string> {
  if (response.statusCode < 400) return readBody(response, where);
  return readBody(response, where).catch((error: unknown) => toNetworkError(error, where, undefined).message);
}

/** A URL for messages: without its query, which may hold what nobody should read. */
export function printable(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
