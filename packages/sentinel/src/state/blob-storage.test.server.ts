import type { IncomingMessage, ServerResponse } from "node:http";
import { listen, readBody, type RunningServer } from "@socdefenders/simulator";

export interface RunningBlobStorage extends RunningServer {
  /** Names an account on this server; any key will do. */
  readonly connectionString: string;
  /** Stored blobs by `container/name`. A test may change them behind the SDK's back. */
  readonly blobs: Map<string, StoredBlob>;
  /** Answers every further request with this status; undefined is back to normal. */
  fail(status: number | undefined): void;
}

interface StoredBlob {
  content: string;
  etag: string;
  lease?: string | undefined;
}

const account = "simulated";

/**
 * The few operations of Azure Blob storage that the state needs, with the service's status and error codes: containers are made, blobs
 * written under conditions, appended to, read and lent. Azurite would do it too, at 144 MB of packages. Signatures are not verified.
 */
export async function startBlobStorage(): Promise<RunningBlobStorage> {
  const containers = new Set<string>();
  const blobs = new Map<string, StoredBlob>();
  let failure: number | undefined;
  let versions = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", "http://blobs");
    const [container = "", ...rest] = url.pathname.replace(`/${account}/`, "").split("/").map(decodeURIComponent);
    const name = `${container}/${rest.join("/")}`;
    if (failure !== undefined) return refuse(response, failure, failure === 403 ? "AuthorizationPermissionMismatch" : "Simulated");
    if (url.searchParams.get("restype") === "container") {
      if (containers.has(container)) return refuse(response, 409, "ContainerAlreadyExists");
      containers.add(container);
      return void response.writeHead(201).end();
    }
    if (!containers.has(container)) return refuse(response, 404, "ContainerNotFound");
    const blob = blobs.get(name);
    if (request.method === "GET") {
      if (blob === undefined) return refuse(response, 404, "BlobNotFound");
      return void response.writeHead(200, { etag: blob.etag, "content-length": Buffer.byteLength(blob.content) }).end(blob.content);
    }
    if (url.searchParams.get("comp") === "lease") return lend(request, response, blob);
    if (request.headers["if-none-match"] === "*" && blob !== undefined) return refuse(response, 409, "BlobAlreadyExists");
    const expected = request.headers["if-match"];
    if (expected !== undefined && expected !== blob?.etag) return refuse(response, 412, "ConditionNotMet");
    versions += 1;
    const etag = `"0x${versions.toString(16).padStart(8, "0")}"`;
    const kept = url.searchParams.get("comp") === "appendblock" ? (blob?.content ?? "") : "";
    blobs.set(name, { content: kept + body, etag });
    response.writeHead(201, { etag }).end();
  }

  const server = await listen((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const key = Buffer.from("any key").toString("base64");
  return {
    ...server,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${server.url}/${account};`,
    blobs,
    fail: (status) => {
      failure = status;
    },
  };
}

function lend(request: IncomingMessage, response: ServerResponse, blob: StoredBlob | undefined): void {
  const action = request.headers["x-ms-lease-action"];
  const id = String(request.headers[action === "acquire" ? "x-ms-proposed-lease-id" : "x-ms-lease-id"]);
  if (blob === undefined) return refuse(response, 404, "BlobNotFound");
  if (action === "acquire" && blob.lease !== undefined) return refuse(response, 409, "LeaseAlreadyPresent");
  if (action !== "acquire" && blob.lease !== id) return refuse(response, 409, "LeaseIdMismatchWithLeaseOperation");
  blob.lease = action === "release" ? undefined : id;
  response.writeHead(action === "acquire" ? 201 : 200, { "x-ms-lease-id": id, etag: blob.etag }).end();
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml", "x-ms-error-code": code }).end(body);
}
