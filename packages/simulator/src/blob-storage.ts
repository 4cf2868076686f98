import { spawn, type ChildProcess } from "node:child_process";
import { request as forward, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { execPath } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { listen, type RunningServer } from "./server.ts";

export interface RunningBlobStorage extends RunningServer {
  /** Names Azurite's only account, by way of the interceptor. */
  readonly connectionString: string;
  /** Sees every further request; undefined lets them through. For faults, and for what has to happen at a certain request. */
  intercept(interceptor: StorageInterceptor | undefined): void;
}

/** Answers a request: by what `proceed` gives, which is Azurite's answer, by one of its own, or never (`hang`, `reset`). */
export type StorageInterceptor = (
  call: StorageCall,
  proceed: () => Promise<StorageAnswer>,
) => Promise<StorageAnswer | "hang" | "reset"> | StorageAnswer | "hang" | "reset";

export interface StorageCall {
  readonly method: string;
  /** `container/name`. */
  readonly blob: string;
  /** Query parameter `comp`: `lease`, `appendblock`, …; empty for the blob itself. */
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
}

export interface StorageAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

// The account and key that every Azurite has, published by Microsoft.
const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Microsoft's own emulator of Azure Blob storage in memory, with a door in front of it where faults can be made. */
export async function startBlobStorage(): Promise<RunningBlobStorage> {
  const azurite = await startAzurite();
  let interceptor: StorageInterceptor | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const proceed = (): Promise<StorageAnswer> => pass(azurite.port, request, Buffer.concat(chunks));
    const given = await (interceptor === undefined ? proceed() : interceptor(callOf(request), proceed));
    if (given === "hang") return;
    if (given === "reset") return void response.destroy();
    response.writeHead(given.status, given.headers).end(given.body);
  }

  const door = await listen((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return {
    url: door.url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${door.url}/${account};`,
    intercept: (next) => {
      interceptor = next;
    },
    async close() {
      await door.close();
      await azurite.stop();
    },
  };
}

/** An error as the service writes it. */
export function storageError(status: number, code: string): StorageAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml", "x-ms-error-code": code }, body: Buffer.from(body) };
}

async function startAzurite(): Promise<{ port: number; stop: () => Promise<void> }> {
  const program = fileURLToPath(import.meta.resolve("azurite/dist/src/blob/main.js"));
  const flags = [
    "--blobHost",
    "127.0.0.1",
    "--blobPort",
    "0",
    "--inMemoryPersistence",
    "--disableTelemetry",
    "--skipApiVersionCheck",
  ];
  const child = spawn(execPath, [program, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    port: await portOf(child),
    stop: () => {
      child.kill("SIGKILL");
      return closed;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("Azurite has no output");
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port !== undefined) {
      child.stdout.resume();
      return Number(port);
    }
  }
  throw new Error("Azurite did not start");
}

function callOf({ method = "", url = "/", headers }: IncomingMessage): StorageCall {
  const { pathname, searchParams } = new URL(url, "http://storage");
  const blob = decodeURIComponent(pathname.slice(`/${account}/`.length));
  return { method, blob, operation: searchParams.get("comp") ?? "", headers };
}

function pass(port: number, { method, url, headers }: IncomingMessage, body: Buffer): Promise<StorageAnswer> {
  return new Promise((resolve, reject) => {
    const request = forward({ host: "127.0.0.1", port, method, path: url, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: withoutFraming(response.headers), body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

// The body is passed on as a whole: how it was framed on the way here is not how it goes on. A HEAD keeps its length.
function withoutFraming({
  "transfer-encoding": _framing,
  connection: _connection,
  ...headers
}: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}
