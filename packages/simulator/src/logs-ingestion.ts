import type { IncomingMessage, ServerResponse } from "node:http";
import { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";

export interface LogsIngestionOptions {
  readonly port?: number | undefined;
  /** The real service takes TLS only, and so does Microsoft's client. */
  readonly tls: TlsIdentity;
  /** Immutable id of the data collection rule. */
  readonly ruleId: string;
  /** The streams the rule declares, each with its columns: what is not declared is dropped without an error, as the service does. */
  readonly streams: Readonly<Record<string, readonly string[]>>;
  /** Whom a bearer token was issued for; undefined for a token nobody issued. */
  readonly audienceOf: (token: string) => string | undefined;
  /** The audience a token must be for. Default the public cloud's. */
  readonly audience?: string | undefined;
  /** Largest body in bytes, after decompression too. Default 1 MB (1,048,576). */
  readonly largestBody?: number | undefined;
  /** Looks at each call first; what it gives is done instead, and nothing is stored but where it says so. For faults. */
  readonly intercept?: ((call: number, rows: readonly LogsRow[]) => LogsAnswer | LogsFault | undefined) | undefined;
}

/**
 * What can happen to a connection: it stays silent (`hang`), is cut before the answer (`reset`), is cut in the middle of a failure's body
 * (`truncated`), or is cut when the rows are stored already (`lost`).
 */
export type LogsFault = "hang" | "reset" | "truncated" | "lost";

export type LogsRow = Readonly<Record<string, unknown>>;

export interface LogsAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly code?: string;
  readonly message?: string;
  /** Sent as it is, in the place of code and message: a proxy's page for instance. */
  readonly body?: string;
}

export interface RunningLogsIngestion extends RunningServer {
  /** Every stored row of every stream in order of arrival, declared columns only. */
  rows(): readonly LogsRow[];
  /** What has arrived: rows stored, distinct `IndicatorId` values among them, and calls answered, faults included. */
  received(): { readonly rows: number; readonly indicators: number; readonly calls: number };
  /** Bytes of each call's body, decompressed. */
  bodies(): readonly number[];
}

const apiVersion = "2023-01-01";
const publicAudience = "https://monitor.azure.com";

/** The Logs Ingestion API of Azure Monitor on loopback, over HTTPS: `POST /dataCollectionRules/{rule}/streams/{stream}`. */
export async function startLogsIngestion(options: LogsIngestionOptions): Promise<RunningLogsIngestion> {
  const stored: LogsRow[] = [];
  const bodies: number[] = [];
  let calls = 0;

  async function ingest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    calls += 1;
    bodies.push(Buffer.byteLength(body));
    const content = readRows(body);
    const answer = options.intercept?.(calls, content ?? []) ?? refuse(request, body, options) ?? refuseContent(content);
    if (typeof answer === "object") return reply(response, answer);
    if (answer === undefined || answer === "lost") {
      const columns = options.streams[streamOf(request)] ?? [];
      stored.push(...(content ?? []).map((row) => keepDeclared(row, columns)));
    }
    if (answer === undefined) response.writeHead(204).end();
    else fail(response, answer);
  }

  const server = await listen(
    (request, response) => void ingest(request, response).catch((error: unknown) => response.destroy(error as Error)),
    options.port,
    options.tls,
  );
  return {
    ...server,
    rows: () => stored,
    bodies: () => bodies,
    received: () => ({ rows: stored.length, indicators: new Set(stored.map((row) => row["IndicatorId"])).size, calls }),
  };
}

/** The service's refusals, in its order: who asks, for what, and how large. Wording as Microsoft's troubleshooting pages show it. */
function refuse(request: IncomingMessage, body: string, options: LogsIngestionOptions): LogsAnswer | undefined {
  const { url, ruleId } = addressOf(request);
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  const audience = token === undefined ? undefined : options.audienceOf(token);
  if (audience === undefined) return { status: 401, code: "InvalidToken", message: "The token is missing or invalid." };
  if (audience !== (options.audience ?? publicAudience))
    return { status: 401, code: "InvalidTokenAudience", message: `The token is for ${audience}.` };
  if (request.method !== "POST" || ruleId === undefined)
    return { status: 404, code: "NotFound", message: `Nothing at ${url.pathname}.` };
  if (url.searchParams.get("api-version") !== apiVersion)
    return { status: 400, code: "InvalidApiVersion", message: `The api-version must be ${apiVersion}.` };
  if (ruleId !== options.ruleId)
    return { status: 404, code: "NotFound", message: `Data collection rule with immutable Id '${ruleId}' not found.` };
  if (!(streamOf(request) in options.streams))
    return { status: 400, code: "InvalidStream", message: "The stream was not configured in the Data Collection Rule." };
  if (!(request.headers["content-type"] ?? "").startsWith("application/json"))
    return { status: 415, code: "UnsupportedMediaType", message: "application/json only." };
  if (Buffer.byteLength(body) > (options.largestBody ?? 1024 * 1024))
    return { status: 413, code: "ContentLengthLimitExceeded", message: "Maximum allowed content length is 1 MB." };
  return undefined;
}

function refuseContent(rows: readonly LogsRow[] | undefined): LogsAnswer | undefined {
  return rows === undefined
    ? { status: 400, code: "InvalidPayload", message: "The body is not a JSON array of objects." }
    : undefined;
}

function readRows(body: string): readonly LogsRow[] | undefined {
  try {
    const content: unknown = JSON.parse(body);
    return Array.isArray(content) && content.every((row) => typeof row === "object" && row !== null)
      ? (content as LogsRow[])
      : undefined;
  } catch {
    return undefined;
  }
}

// Microsoft's client writes the query as `api%2Dversion=…`: only a parser reads it rightly.
function addressOf(request: IncomingMessage): { url: URL; ruleId?: string; stream?: string } {
  const url = new URL(request.url ?? "/", "https://logs");
  const [, ruleId, stream] = /^\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)$/.exec(url.pathname) ?? [];
  return {
    url,
    ...(ruleId !== undefined && { ruleId: decodeURIComponent(ruleId) }),
    ...(stream !== undefined && { stream: decodeURIComponent(stream) }),
  };
}

const streamOf = (request: IncomingMessage): string => addressOf(request).stream ?? "";

function keepDeclared(row: LogsRow, columns: readonly string[]): LogsRow {
  return Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(column)));
}

function reply(response: ServerResponse, answer: LogsAnswer): void {
  const { status, headers, code = "Simulated", message = "simulated answer", body } = answer;
  if (body === undefined) sendJson(response, status, { error: { code, message } }, headers);
  else response.writeHead(status, { "content-type": "text/html", ...headers }).end(body);
}

function fail(response: ServerResponse, fault: LogsFault): void {
  // The caller's own deadline ends it.
  if (fault === "hang") return;
  if (fault !== "truncated") response.destroy();
  else response.writeHead(500, { "content-length": 1000 }).write("half of", () => response.destroy());
}
