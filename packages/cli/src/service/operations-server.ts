import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError } from "@socdefenders/shared";
import type { HealthWatch } from "./health.ts";
import type { Metrics } from "./metrics.ts";
import type { OperationsConfig } from "./operations-config.ts";

export interface OperationsServer {
  /** The one that was configured, or the one that was free with 0. */
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/healthz`, `/readyz` and `/metrics` to whoever asks there. Throws ConfigurationError where the port is taken. */
export async function startOperationsServer(
  { listen, port }: OperationsConfig,
  metrics: Pick<Metrics, "text">,
  watch: Pick<HealthWatch, "isAlive" | "health">,
): Promise<OperationsServer> {
  // A client that says nothing, or asks without end, costs a little memory for a few seconds.
  const limits = { requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 5000, connectionsCheckingInterval: 1000 };
  const server = createServer({ ...limits, maxHeaderSize: 8192 }, answerWith(metrics, watch));
  server.maxConnections = 32;
  try {
    await open(server, listen, port);
  } catch (cause) {
    throw new ConfigurationError(`operations: port ${port} of ${listen} cannot be opened: ${(cause as Error).message}`, {
      remedy: "Choose another operations.port, or stop what has this one.",
      cause,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerWith(metrics: Pick<Metrics, "text">, watch: Pick<HealthWatch, "isAlive" | "health">): RequestListener {
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === "/metrics") return send(response, 200, "text/plain; version=0.0.4; charset=utf-8", await metrics.text());
    if (path === "/healthz") {
      const isAlive = watch.isAlive();
      return send(response, isAlive ? 200 : 503, "text/plain", isAlive ? "alive\n" : "a target was not started in time\n");
    }
    if (path !== "/readyz") return send(response, 404, "text/plain", "only /healthz, /readyz and /metrics are here\n");
    const health = watch.health();
    send(response, health.status === "ok" ? 200 : 503, "application/json", `${JSON.stringify(health)}\n`);
  };
  return ({ method, url = "/" }, response) => {
    if (method !== "GET" && method !== "HEAD") return send(response, 405, "text/plain", "only GET\n");
    answer(url.split("?", 1)[0] ?? "/", response).catch((error: Error) => response.destroy(error));
  };
}

function open(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  const headers = { "content-type": type, "x-content-type-options": "nosniff", "cache-control": "no-store" };
  response.writeHead(status, headers).end(text);
}
