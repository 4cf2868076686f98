import type { IncomingMessage, ServerResponse } from "node:http";
import { createHecChannels } from "./hec-channels.ts";
import { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";

export interface HecOptions {
  readonly port?: number | undefined;
  readonly token: string;
  /** Indexes the token may write to; none means any. */
  readonly indexes?: readonly string[] | undefined;
  /** Largest body in bytes, after decompression. Default 1,000,000. */
  readonly largestBody?: number | undefined;
  /** Looks at each batch first; an answer given here is sent instead, and nothing of the batch is stored. For faults. */
  readonly intercept?: ((batch: number, events: readonly HecEvent[], request: HecRequest) => HecFault | undefined) | undefined;
  /** The same once the batch is stored: the answer of Splunk is replaced, as by a connection that breaks too late. */
  readonly interceptAnswer?: ((batch: number) => HecFault | undefined) | undefined;
  /** The token has indexer acknowledgement: a channel is demanded and answers carry `ackId`. */
  readonly acknowledgement?: boolean | undefined;
  /** Whether a request is indexed by now; asked at each poll. Default: at once. */
  readonly isIndexed?: ((ackId: number, poll: number) => boolean) | undefined;
  /** Looks at each acknowledgement poll first. */
  readonly interceptPoll?: ((poll: number) => HecFault | undefined) | undefined;
  /** Answers 415 to gzip, as some gateways do. */
  readonly refusesGzip?: boolean | undefined;
  /** Whether Splunk restarts before it takes this request: every channel and what is open on it is forgotten. */
  readonly forgets?: ((accepted: number) => boolean) | undefined;
  /** Nodes behind a load balancer, which take turns and know nothing of each other's channels. Default 1. */
  readonly nodes?: number | undefined;
  /** The load balancer keeps a client at its first node, by a cookie. */
  readonly sticky?: boolean | undefined;
  readonly tls?: TlsIdentity | undefined;
}

/** What a fault is decided by besides the events. */
export interface HecRequest {
  readonly channel: string | undefined;
  /** The node that the load balancer chose, from 0. */
  readonly node: number;
  readonly isCompressed: boolean;
}

/** An answer, or a connection that is cut, or one on which nothing ever comes. */
export type HecFault = HecAnswer | "reset" | "silence";

/** The envelope of one event, as documented under "Format events for HTTP Event Collector". */
export interface HecEvent {
  readonly time?: number | string;
  readonly host?: string;
  readonly source?: string;
  readonly sourcetype?: string;
  readonly index?: string;
  readonly event?: unknown;
  readonly fields?: Record<string, unknown>;
}

export interface HecAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, text as it is. */
  readonly body: unknown;
}

export interface RunningHec extends RunningServer {
  /** Every stored event in order of arrival. */
  events(): readonly HecEvent[];
}

/** Splunk's HTTP Event Collector on loopback, with the answers and codes of the real one. */
export async function startHec(options: HecOptions): Promise<RunningHec> {
  const stored: HecEvent[] = [];
  const channels = createHecChannels(options);
  let batches = 0;
  let turns = 0;

  function balance({ headers }: IncomingMessage, response: ServerResponse): number {
    const [, kept] = (options.sticky === true && /\bAWSALB=node-(\d+)/.exec(headers.cookie ?? "")) || [];
    if (kept !== undefined) return Number(kept);
    const node = turns % (options.nodes ?? 1);
    turns += 1;
    if (options.sticky === true) response.setHeader("set-cookie", `AWSALB=node-${node}; Path=/`);
    return node;
  }

  async function collect(request: IncomingMessage, response: ServerResponse, node: number): Promise<void> {
    const refusal = refuseToken(request.headers.authorization, options.token) ?? refuseEncoding(request, options);
    const body = await readBody(request);
    if (refusal !== undefined) return reply(response, refusal);
    if (Buffer.byteLength(body) > (options.largestBody ?? 1_000_000)) {
      return reply(response, { status: 413, body: "<html><body>Content-Length too large</body></html>" });
    }
    const events = splitObjects(body);
    if (events === undefined)
      return reply(response, { status: 400, body: { text: "Invalid data format", code: 6, "invalid-event-number": 0 } });
    if (events.length === 0) return reply(response, { status: 400, body: { text: "No data", code: 5 } });
    const seen = toRequest(request, node);
    const channelRefusal = channels.refuse(seen);
    if (channelRefusal !== undefined) return reply(response, channelRefusal);
    batches += 1;
    const answer = options.intercept?.(batches, events, seen) ?? refuseEvents(events, options.indexes ?? []);
    if (answer !== undefined) return reply(response, answer);
    stored.push(...events);
    const ackId = channels.accept(seen);
    reply(response, options.interceptAnswer?.(batches) ?? { status: 200, body: { text: "Success", code: 0, ackId } });
  }

  async function acknowledge(request: IncomingMessage, response: ServerResponse, node: number): Promise<void> {
    reply(response, channels.poll(toRequest(request, node), await readBody(request)));
  }

  const server = await listen(
    (request, response) => {
      const path = request.url?.split("?")[0] ?? "";
      if (/^\/services\/collector\/health(?:\/1\.0)?$/.test(path))
        return reply(response, { status: 200, body: { text: "HEC is healthy", code: 17 } });
      const handle = /^\/services\/collector\/ack(?:\/1\.0)?$/.test(path)
        ? acknowledge
        : /^\/services\/collector(?:\/event(?:\/1\.0)?)?$/.test(path)
          ? collect
          : undefined;
      if (handle === undefined)
        return reply(response, { status: 404, body: { text: "The requested URL was not found on this server.", code: 404 } });
      handle(request, response, balance(request, response)).catch((error: unknown) => response.destroy(error as Error));
    },
    options.port,
    options.tls,
  );
  return { ...server, events: () => stored };
}

function toRequest({ headers }: IncomingMessage, node: number): HecRequest {
  return {
    channel: headers["x-splunk-request-channel"]?.toString(),
    node,
    isCompressed: headers["content-encoding"] === "gzip",
  };
}

function refuseEncoding({ headers }: IncomingMessage, { refusesGzip }: HecOptions): HecAnswer | undefined {
  if (refusesGzip !== true || headers["content-encoding"] === undefined) return undefined;
  return { status: 415, body: "<html><body>Unsupported Media Type</body></html>" };
}

function refuseToken(authorization: string | undefined, token: string): HecAnswer | undefined {
  if (authorization === undefined) return { status: 401, body: { text: "Token is required", code: 2 } };
  const [, given] = /^Splunk (\S+)$/.exec(authorization) ?? [];
  if (given === undefined) return { status: 401, body: { text: "Invalid authorization", code: 3 } };
  return given === token ? undefined : { status: 403, body: { text: "Invalid token", code: 4 } };
}

function refuseEvents(events: readonly HecEvent[], indexes: readonly string[]): HecAnswer | undefined {
  for (const [place, { event, index }] of events.entries()) {
    if (event === undefined || event === null)
      return { status: 400, body: { text: "Event field is required", code: 12, "invalid-event-number": place } };
    if (event === "")
      return { status: 400, body: { text: "Event field cannot be blank", code: 13, "invalid-event-number": place } };
    if (index !== undefined && indexes.length > 0 && !indexes.includes(index)) {
      return { status: 400, body: { text: "Incorrect index", code: 7, "invalid-event-number": place } };
    }
  }
  return undefined;
}

/** The JSON objects of a body that stand one after another, with or without blanks between; undefined where it is something else. */
function splitObjects(body: string): readonly HecEvent[] | undefined {
  const objects: HecEvent[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let place = 0; place < body.length; place += 1) {
    const character = body[place];
    if (inString) {
      if (character === "\\") place += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") {
      if (depth === 0) start = place;
      depth += 1;
    } else if (character === "}") {
      depth -= 1;
      if (depth === 0) {
        try {
          objects.push(JSON.parse(body.slice(start, place + 1)) as HecEvent);
        } catch {
          return undefined;
        }
      }
    } else if (depth === 0 && !/\s/.test(character ?? "")) return undefined;
  }
  return depth === 0 ? objects : undefined;
}

function reply(response: ServerResponse, answer: HecFault): void {
  if (answer === "silence") return;
  if (answer === "reset") return void response.destroy();
  const { status, headers, body } = answer;
  if (typeof body === "string") response.writeHead(status, { "content-type": "text/html", ...headers }).end(body);
  else sendJson(response, status, body, headers);
}
