import { request as askPlain, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { request as askSafely } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { listen, type LocalCertificate, type RunningServer } from "@socdefenders/simulator";

export interface FrontRequest {
  /** From 1, among those that are counted. */
  readonly number: number;
  readonly path: string;
  readonly body: Buffer;
  /** The key or token it came with, without the scheme. */
  readonly credential: string;
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * What happens to a request or to its answer on the way. `busy`, `throttled` and `html` are said in place of the server; `reset` cuts
 * before the server has heard of it, `lost` when it has; `hang` never answers; of the answer `half` arrives, or all of it in drops.
 */
export type WireFault = ReplacedFault | "reset" | "lost" | "hang" | "half" | "drip" | ((answer: FrontAnswer) => FrontAnswer);

/** Said in place of the server, which does not hear of the request. */
type ReplacedFault = "busy" | "throttled" | "html" | FrontAnswer;

export interface FrontOptions {
  readonly upstream: RunningServer;
  /** Serves over HTTPS, and trusts the server behind by the same authority. */
  readonly tls?: LocalCertificate | undefined;
  /** Which requests are looked at; the others pass. */
  readonly counts: (path: string, body: Buffer) => boolean;
  readonly onRequest: (request: FrontRequest) => WireFault | undefined;
  /** The server has taken the request, and the client does not know it yet. */
  readonly onTaken: (request: FrontRequest) => void;
}

const dripMs = 400;

/** Stands before a server on loopback and spoils the traffic with it. */
export function startFront({ upstream, tls, counts, onRequest, onTaken }: FrontOptions): Promise<RunningServer> {
  let counted = 0;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const path = request.url ?? "/";
    if (!counts(path, body)) return send(await ask(request, body), response);
    counted += 1;
    const credential = request.headers.authorization?.split(" ").at(-1) ?? "";
    const seen = { number: counted, path, body, credential };
    const fault = onRequest(seen);
    if (fault === "hang") return;
    if (fault === "reset") return cut(request.socket);
    if (fault === "busy" || fault === "throttled" || fault === "html") return send(saidInstead[fault], response);
    if (typeof fault === "object") return send(fault, response);
    const answer = await ask(request, body);
    onTaken(seen);
    if (fault === "lost") return cut(request.socket);
    spoil(fault, answer, response);
  }

  function ask(request: IncomingMessage, body: Buffer): Promise<FrontAnswer> {
    const { method, headers, url } = request;
    const options = { method, headers, ...(tls && { ca: tls.ca }) };
    return new Promise((resolve, reject) => {
      const onAnswer = (answer: IncomingMessage): void => {
        const { statusCode = 500, headers: answered } = answer;
        answer
          .toArray()
          .then((chunks) => resolve({ status: statusCode, headers: answered, body: Buffer.concat(chunks as Buffer[]) }), reject);
      };
      const asked =
        tls === undefined
          ? askPlain(`${upstream.url}${url}`, options, onAnswer)
          : askSafely(`${upstream.url}${url}`, options, onAnswer);
      asked.once("error", reject).end(body);
    });
  }

  return listen(
    (request, response) => {
      // A client that is killed leaves a broken connection behind, which is what happens to servers.
      pass(request, response).catch(() => response.destroy());
    },
    0,
    tls,
  );
}

const json = { "content-type": "application/json" };

const saidInstead: Readonly<Record<"busy" | "throttled" | "html", FrontAnswer>> = {
  busy: { status: 503, headers: json, body: Buffer.from('{"text":"Server is busy","code":9}') },
  throttled: { status: 429, headers: { ...json, "retry-after": "1" }, body: Buffer.from('{"text":"later","code":26}') },
  html: { status: 502, headers: { "content-type": "text/html" }, body: Buffer.from("<html>Bad Gateway</html>") },
};

function spoil(
  fault: "half" | "drip" | ((answer: FrontAnswer) => FrontAnswer) | undefined,
  answer: FrontAnswer,
  response: ServerResponse,
): void {
  if (fault === undefined) return send(answer, response);
  if (typeof fault === "function") return send(fault(unpacked(answer)), response);
  const { status, headers, body } = answer;
  const half = body.subarray(0, body.length / 2);
  response.writeHead(status, { ...headers, "content-length": Math.max(1, body.length) });
  if (fault === "half") response.write(half, () => response.socket && cut(response.socket));
  else drip(body, response);
}

/** With a reset where the system can; TLS has none of its own. */
function cut(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

/** So slowly that nobody waits for the end, and never silent for long. */
function drip(rest: Buffer, response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(rest.subarray(0, 1));
  if (rest.length > 1) setTimeout(() => drip(rest.subarray(1), response), dripMs);
}

function unpacked({ status, headers, body }: FrontAnswer): FrontAnswer {
  const { "content-encoding": encoding, ...others } = headers;
  return { status, headers: others, body: encoding === "gzip" ? gunzipSync(body) : body };
}

function send({ status, headers, body }: FrontAnswer, response: ServerResponse): void {
  const { "transfer-encoding": _, connection: __, "content-length": length, ...others } = headers;
  response
    .writeHead(status, { ...others, ...((length !== undefined || body.length > 0) && { "content-length": body.length }) })
    .end(body);
}
