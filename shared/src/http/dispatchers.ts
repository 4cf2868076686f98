import type { Dispatcher } from "undici";
import { authoritiesWith } from "./authorities.ts";
import type { HttpClientOptions } from "./request.ts";

/** The connections of one client: direct ones, and those through each proxy. */
export interface Dispatchers {
  /** By the proxy's address; undefined is the direct way. Opened on first use. */
  open(proxy: string | undefined): Promise<Dispatcher>;
  /** Cuts what is under way. */
  destroy(): Promise<void>;
}

const connectTimeoutMs = 10_000;

export function createDispatchers(options: HttpClientOptions): Dispatchers {
  const opened = new Map<string | undefined, Promise<Dispatcher>>();
  return {
    open(proxy) {
      const found = opened.get(proxy) ?? openDispatcher(options, proxy);
      opened.set(proxy, found);
      return found;
    },
    async destroy() {
      for (const one of opened.values()) await (await one.catch(() => undefined))?.destroy();
    },
  };
}

async function openDispatcher(options: HttpClientOptions, proxy: string | undefined): Promise<Dispatcher> {
  const { ca, anyName = false, unverified = false, clientCertificate, timeoutMs = 60_000 } = options;
  const { Agent, ProxyAgent } = await import("undici");
  const trusted = {
    // Node's own default, which NODE_OPTIONS could lower.
    minVersion: "TLSv1.2",
    timeout: connectTimeoutMs,
    ...(ca !== undefined && { ca: anyName ? [ca] : authoritiesWith(ca) }),
  } as const;
  const tls = {
    ...trusted,
    ...(anyName && { checkServerIdentity: () => undefined }),
    ...(unverified && { rejectUnauthorized: false }),
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key.reveal() }),
  };
  const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  return proxy === undefined
    ? new Agent({ connect: tls, ...timeouts })
    : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: trusted, ...timeouts });
}
