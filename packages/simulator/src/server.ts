import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unzip = promisify(gunzip);

/** A server on loopback. */
export interface RunningServer {
  /** Origin, without a slash at the end: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/** Key and certificate in PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Starts `listener` on 127.0.0.1, on any free port unless one is given; over HTTPS with `tls`. */
export async function listen(listener: RequestListener, port: number = 0, tls?: TlsIdentity): Promise<RunningServer> {
  const guarded: RequestListener = (request, response) => {
    try {
      listener(request, response);
    } catch (error) {
      // A request that no client of ours would make, a broken percent-encoding for instance, must not end the simulation.
      sendJson(response, 400, { error: { code: "bad_request", message: String(error) } });
    }
  };
  const server: Server = tls === undefined ? createHttpServer(guarded) : createHttpsServer({ ...tls }, guarded);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** The whole body of a request, decompressed where it is gzip. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return (request.headers["content-encoding"] === "gzip" ? await unzip(bytes) : bytes).toString("utf8");
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
