import type { IncomingMessage, ServerResponse } from "node:http";
import { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";
import { createSlidingWindow } from "./sliding-window.ts";
import { validateStixObject } from "./stix-validation.ts";

export interface ThreatIntelligenceOptions {
  readonly port?: number | undefined;
  /** Default plain HTTP, which the connector allows on loopback. */
  readonly tls?: TlsIdentity | undefined;
  /** The workspaces there are. */
  readonly workspaceIds: readonly string[];
  /** Whom a bearer token was issued for; undefined for a token nobody issued. */
  readonly audienceOf: (token: string) => string | undefined;
  /** The audience a token must be for. Default the public cloud's Resource Manager. */
  readonly audience?: string | undefined;
  /** Requests in any 60 seconds. Default 100. */
  readonly requestsPerMinute?: number | undefined;
  /** Epoch milliseconds of the server's own clock. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Looks at each admitted request first and may make it fail. */
  readonly intercept?: ((call: number, objects: readonly UploadedObject[]) => UploadFault | undefined) | undefined;
}

export type UploadedObject = Readonly<Record<string, unknown>>;

/**
 * An answer instead of the service's, nothing stored; `refuse` names places the service finds fault with besides its own; `hang` never
 * answers; `reset` cuts the connection before anything is stored, `reset-after-storing` behind it.
 */
export type UploadFault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | { readonly refuse: readonly number[] }
  | "hang"
  | "reset"
  | "reset-after-storing";

export interface RunningThreatIntelligence extends RunningServer {
  /** What the store holds: one of each id and source system, the newest. */
  objects(): readonly UploadedObject[];
  /** Ids in the order in which they were stored, repetitions included. */
  stored(): readonly string[];
  received(): {
    readonly objects: number;
    /** Distinct indicators of the feed behind them: an object that was split off counts as its parent. */
    readonly indicators: number;
    /** Requests answered or let down, refused ones included. */
    readonly calls: number;
    /** Those of them answered 429. */
    readonly throttled: number;
  };
}

const apiVersion = "2024-02-01-preview";
const publicAudience = "https://management.azure.com";
const mostObjects = 100;

/** Microsoft Sentinel's upload API on loopback: `POST /workspaces/{id}/threat-intelligence-stix-objects:upload`. */
export async function startThreatIntelligence(options: ThreatIntelligenceOptions): Promise<RunningThreatIntelligence> {
  const { requestsPerMinute = 100, now = Date.now } = options;
  const admit = createSlidingWindow(requestsPerMinute, now);
  const store = new Map<string, UploadedObject>();
  const stored: string[] = [];
  let calls = 0;
  let throttled = 0;

  async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = readContent(await readBody(request));
    calls += 1;
    const refusal = refuseCaller(request, options);
    if (refusal !== undefined) return sendJson(response, refusal.status, refusal.body);
    const secondsLeft = admit();
    if (secondsLeft > 0) {
      throttled += 1;
      const message = `Rate limit is exceeded. Try again in ${secondsLeft} seconds.`;
      return sendJson(response, 429, { statusCode: 429, message });
    }
    const fault = options.intercept?.(calls, content?.stixobjects ?? []);
    // The caller's own deadline ends it.
    if (fault === "hang") return;
    if (fault === "reset") return void request.socket.destroy();
    if (typeof fault === "object" && "status" in fault) {
      const { status, headers, body = "" } = fault;
      return void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    }
    const problem = content === undefined ? "The request is not properly formatted." : problemOf(content);
    if (content === undefined || problem !== undefined) return sendJson(response, 400, { statusCode: 400, message: problem });
    const errors = keepValid(content, typeof fault === "object" ? fault.refuse : []);
    if (fault === "reset-after-storing") return void request.socket.destroy();
    if (errors.length === 0) return void response.writeHead(200).end();
    sendJson(response, 200, { errors });
  }

  function keepValid({ sourcesystem, stixobjects }: Content, refused: readonly number[]): readonly RecordError[] {
    return stixobjects.flatMap((object, recordIndex) => {
      const errorMessages = [...validateStixObject(object)];
      if (refused.includes(recordIndex)) errorMessages.push("Error for Property=pattern: Simulated refusal. Actual value: x.");
      if (errorMessages.length > 0) return [{ recordIndex, errorMessages }];
      const id = String(object["id"]);
      const key = `${id} ${sourcesystem}`;
      const known = store.get(key);
      stored.push(id);
      if (known === undefined || Date.parse(String(known["modified"])) <= Date.parse(String(object["modified"])))
        store.set(key, object);
      return [];
    });
  }

  const server = await listen(
    (request, response) => void upload(request, response).catch((error: unknown) => response.destroy(error as Error)),
    options.port,
    options.tls,
  );
  return {
    ...server,
    objects: () => [...store.values()],
    stored: () => stored,
    received: () => {
      const objects = [...store.values()];
      return { objects: objects.length, indicators: new Set(objects.map(parentOf)).size, calls, throttled };
    },
  };
}

interface Content {
  readonly sourcesystem: string;
  readonly stixobjects: readonly UploadedObject[];
}

interface RecordError {
  readonly recordIndex: number;
  readonly errorMessages: readonly string[];
}

interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

/** Who asks, for what; statuses as Microsoft's reference lists them. */
function refuseCaller(request: IncomingMessage, options: ThreatIntelligenceOptions): Refusal | undefined {
  const refuse = (status: number, message: string): Refusal => ({ status, body: { statusCode: status, message } });
  const url = new URL(request.url ?? "/", "http://upload");
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  const audience = token === undefined ? undefined : options.audienceOf(token);
  if (audience === undefined) return refuse(401, "Unauthorized. Access token is missing or invalid.");
  if (audience !== (options.audience ?? publicAudience)) return refuse(401, "Unauthorized. The token is for another audience.");
  const [, workspaceId] = /^\/workspaces\/([^/]+)\/threat-intelligence-stix-objects:upload$/.exec(url.pathname) ?? [];
  if (request.method !== "POST" || workspaceId === undefined) return refuse(404, "Resource not found");
  if (url.searchParams.get("api-version") !== apiVersion) return refuse(400, "Unsupported api-version.");
  if (!options.workspaceIds.includes(workspaceId)) return refuse(404, `Workspace ${workspaceId} was not found.`);
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) return refuse(400, "application/json only.");
  return undefined;
}

function problemOf({ sourcesystem, stixobjects }: Content): string | undefined {
  if (sourcesystem === "" || sourcesystem === "Microsoft Sentinel") return "sourcesystem is missing or restricted.";
  return stixobjects.length > mostObjects ? `At most ${mostObjects} objects a request.` : undefined;
}

function readContent(body: string): Content | undefined {
  try {
    const { sourcesystem, stixobjects } = JSON.parse(body) as Partial<Content>;
    const isList = Array.isArray(stixobjects) && stixobjects.every((object) => typeof object === "object" && object !== null);
    return typeof sourcesystem === "string" && isList ? { sourcesystem, stixobjects } : undefined;
  } catch {
    return undefined;
  }
}

function parentOf({ id, labels }: UploadedObject): unknown {
  const label = (Array.isArray(labels) ? labels : []).find((text: unknown) => String(text).startsWith("derived-from:"));
  return label === undefined ? id : String(label).slice("derived-from:".length);
}
