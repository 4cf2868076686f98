import type { IncomingMessage, ServerResponse } from "node:http";
import { listen, readBody, sendJson, type RunningServer, type TlsIdentity } from "./server.ts";

export interface SplunkdOptions {
  readonly tls: TlsIdentity;
  readonly sessionKey: string;
  /** Secrets of the realm `TA_socdefenders` in `storage/passwords`, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `server_roles` of `/services/server/info`. Default: a standalone search head. */
  readonly roles?: readonly string[] | undefined;
  /** KV Store collections as `app/collection`. Default: `socdefenders_app/socdefenders_indicators`. */
  readonly collections?: readonly string[] | undefined;
  /** Looks at each request first; a status given here is answered instead. */
  readonly intercept?: ((request: SplunkdRequest) => number | undefined) | undefined;
  /** Whether the answer to a request that was carried out is kept back, as by a connection that breaks too late. */
  readonly interceptAnswer?: ((request: SplunkdRequest) => boolean) | undefined;
}

export interface SplunkdRequest {
  readonly method: string;
  readonly path: string;
}

/** A KV Store document. */
export type KvDocument = Readonly<Record<string, unknown>> & { readonly _key: string };

export interface RunningSplunkd extends RunningServer {
  /** Every request with a right session key, in order. */
  requests(): readonly SplunkdRequest[];
  /** Documents of `socdefenders_app/socdefenders_indicators`, by key. */
  documents(): ReadonlyMap<string, KvDocument>;
}

const indicators = "socdefenders_app/socdefenders_indicators";
// limits.conf, [kvstore] max_documents_per_batch_save.
const mostDocuments = 1000;

/** The management interface of splunkd, as far as a modular input asks it: credentials, roles and the KV Store. */
export async function startSplunkd(options: SplunkdOptions): Promise<RunningSplunkd> {
  const requests: SplunkdRequest[] = [];
  const stores = new Map((options.collections ?? [indicators]).map((name) => [name, new Map<string, KvDocument>()]));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (request.headers.authorization !== `Splunk ${options.sessionKey}`)
      return refuse(response, 401, "call not properly authenticated");
    const seen = { method: request.method ?? "", path: decodeURIComponent((request.url ?? "").split("?")[0] ?? "") };
    requests.push(seen);
    const fault = options.intercept?.(seen);
    if (fault !== undefined) return refuse(response, fault, "as asked for");
    if (seen.path === "/services/server/info") {
      return sendJson(response, 200, { entry: [{ content: { server_roles: options.roles ?? ["search_head", "kv_store"] } }] });
    }
    const [, secretName] =
      /^\/servicesNS\/nobody\/TA_socdefenders\/storage\/passwords\/TA_socdefenders:(.+):$/.exec(seen.path) ?? [];
    if (secretName !== undefined) return sendSecret(response, secretName, options.secrets[secretName]);
    const [, app, collection, action] = kvPath.exec(seen.path) ?? [];
    const store = stores.get(`${app}/${collection}`);
    if (store === undefined) return refuse(response, 404, "Not Found");
    const answer = carryOut(store, action, body);
    if (options.interceptAnswer?.(seen) !== true) sendJson(response, answer.status, answer.body);
  }

  const server = await listen(
    (request, response) => void handle(request, response).catch((error: unknown) => response.destroy(error as Error)),
    0,
    options.tls,
  );
  return { ...server, requests: () => requests, documents: () => stores.get(indicators) ?? new Map() };
}

const kvPath = /^\/servicesNS\/nobody\/([^/]+)\/storage\/collections\/data\/([^/]+)(?:\/(batch_save|batch_find))?$/;

function sendSecret(response: ServerResponse, name: string, secret: string | undefined): void {
  if (secret === undefined) return refuse(response, 404, "Not Found");
  sendJson(response, 200, { entry: [{ name, content: { clear_password: secret } }] });
}

interface KvAnswer {
  readonly status: number;
  readonly body: unknown;
}

function carryOut(store: Map<string, KvDocument>, action: string | undefined, body: string): KvAnswer {
  if (action === undefined) return { status: 200, body: [...store.values()].slice(0, 1) };
  const list = JSON.parse(body) as readonly unknown[];
  if (action === "batch_save") return save(store, list as readonly KvDocument[]);
  const queries = list as readonly { query: { $or: readonly { _key: string }[] } }[];
  return { status: 200, body: queries.map(({ query }) => query.$or.flatMap(({ _key }) => store.get(_key) ?? [])) };
}

/** Upsert by `_key`: the whole document is replaced. */
function save(store: Map<string, KvDocument>, documents: readonly KvDocument[]): KvAnswer {
  const keys = new Set(documents.map(({ _key }) => _key));
  if (documents.length > mostDocuments || keys.size < documents.length) return { status: 400, body: { messages: [] } };
  for (const document of documents) store.set(document._key, document);
  return { status: 200, body: [...keys] };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  sendJson(response, status, { messages: [{ type: "ERROR", text }] });
}
