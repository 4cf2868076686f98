import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { clean, ConfigurationError } from "@socdefenders/shared";
import { ranges } from "./page/buckets.ts";
import { renderFailure, renderPage } from "./page/page.ts";
import { script } from "./page/script.ts";
import { style } from "./page/style.ts";
import type { StatusWithHistory } from "./status.ts";

export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

interface StatusServerOptions {
  /** 0 is any free one. */
  readonly port: number;
  readonly read: () => Promise<StatusWithHistory>;
}

/**
 * Serves the page of a status on `/` and its JSON on `/status.json`, for this machine alone and for reading alone. Throws
 * ConfigurationError where the port cannot be opened.
 */
export async function startStatusServer({ port, read }: StatusServerOptions): Promise<StatusServer> {
  const server = createServer((request, response) => {
    answer(request, response, read).catch((error: Error) => response.destroy(error));
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error): void =>
      reject(
        new ConfigurationError(`port ${port} cannot be opened for the status page: ${cause.message}`, {
          remedy: "Give another --port; 0 takes any free one.",
          cause,
        }),
      );
    server.once("error", refuse).listen(port, "127.0.0.1", resolve);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, read: () => Promise<StatusWithHistory>): Promise<void> {
  const say = (status: number, text: string): void => send(response, status, "text/plain; charset=utf-8", `${text}\n`);
  if (!isThisMachine(request.headers.host)) return say(403, "Open this page as http://127.0.0.1 or http://localhost.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return say(405, "This page can only be read.");
  }
  const [path, query] = (request.url ?? "/").split("?", 2);
  if (path !== "/" && path !== "/status.json") return say(404, "Only / and /status.json are here.");
  const asked = new URLSearchParams(query).get("range");
  const range = ranges.find(({ name }) => name === asked) ?? ranges[0];
  const [type, render, fail] =
    path === "/"
      ? (["text/html; charset=utf-8", (status: StatusWithHistory) => renderPage(status, range), renderFailure] as const)
      : (["application/json", toJson, (error: string) => toJson({ error })] as const);
  try {
    send(response, 200, type, render(await read()));
  } catch (error) {
    send(response, 500, type, fail(clean((error as Error).message)));
  }
}

const toJson = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** A page of someone else's whose name was made to point here names itself in Host. A tunnel may lead here from any port. */
function isThisMachine(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host ?? "");
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const headers = {
  "content-security-policy": [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
}
