import { createServer, type Server, type ServerResponse } from "node:http";
import { ConfigurationError } from "@socdefenders/shared";
import type { Health } from "./health.ts";

export interface OperationsServer {
  close(): Promise<void>;
}

export interface OperationsOptions {
  /** `/metrics` and `/health` are served on each of them; 0 is none. */
  readonly ports: readonly number[];
  /** The address they are served on; undefined for all. */
  readonly address: string | undefined;
  readonly metrics: () => Promise<string>;
  readonly health: () => Health;
}

/** Serves what watches the connector asks for. Throws ConfigurationError where a port is taken. */
export async function startOperationsServer({ ports, address, metrics, health }: OperationsOptions): Promise<OperationsServer> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === "/metrics") return send(response, 200, "text/plain; version=0.0.4; charset=utf-8", await metrics());
    if (path !== "/health") return send(response, 404, "text/plain", "only /metrics and /health are here\n");
    const current = health();
    send(response, current.status === "healthy" ? 200 : 503, "application/json", `${JSON.stringify(current)}\n`);
  }

  for (const port of new Set(ports.filter((one) => one !== 0))) {
    const server = createServer((request, response) => {
      answer((request.url ?? "/").split("?", 1)[0] ?? "/", response).catch((error: Error) => response.destroy(error));
    });
    servers.push(server);
    try {
      await listen(server, port, address);
    } catch (cause) {
      await close();
      throw new ConfigurationError(
        `port ${port} of ${address ?? "*"} cannot be opened for metrics and health: ${(cause as Error).message}`,
        {
          remedy: "Choose another CONNECTOR_METRICS_PORT, SOCDEFENDERS_HEALTH_PORT or SOCDEFENDERS_LISTEN_ADDRESS.",
          cause,
        },
      );
    }
  }
  return { close };
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // It alone must not keep a run that is done from leaving.
    server.listen({ port, host }, resolve).unref();
  });
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" }).end(text);
}
