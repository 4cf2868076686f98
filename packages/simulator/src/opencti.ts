import type { IncomingMessage, ServerResponse } from "node:http";
import { graphql } from "graphql";
import {
  createOpenctiConnectors,
  showConnector,
  showWork,
  type OpenctiBroker,
  type OpenctiConnector,
} from "./opencti-connectors.ts";
import { openctiSchema, type OpenctiVersion } from "./opencti-schema.ts";
import { createOpenctiStore, type StoredObject } from "./opencti-store.ts";
import { createOpenctiWorks, type OpenctiWork } from "./opencti-works.ts";
import { listen, readBody, sendJson, type RunningServer } from "./server.ts";

export interface OpenctiOptions {
  readonly port?: number | undefined;
  readonly token: string;
  /** Whose schema and whose ways the platform has. Default the newest, 7.260817.0. */
  readonly version?: OpenctiVersion | undefined;
  /** What the token's user may do. Default `CONNECTORAPI`. */
  readonly capabilities?: readonly string[] | undefined;
  /** The broker that registration hands out. Nothing listens at the default one. */
  readonly broker?: OpenctiBroker | undefined;
  /** Bytes that wait in the connector's queue. Default 0. */
  readonly queueBytes?: number | undefined;
  /** Looks at each operation first; an error given here is answered instead, as HTTP 200 with `errors`. For faults. */
  readonly intercept?: ((operation: string, variables: Readonly<Record<string, unknown>>) => OpenctiFault | undefined) | undefined;
}

interface OpenctiFault {
  readonly name: string;
  readonly message: string;
}

/** What arrived by the API: distinct ids by type, and the works. */
interface OpenctiReceived {
  readonly indicators: ReadonlySet<string>;
  readonly vulnerabilities: ReadonlySet<string>;
  readonly identities: ReadonlySet<string>;
  readonly markings: ReadonlySet<string>;
  readonly objects: ReadonlyMap<string, StoredObject>;
  readonly works: readonly OpenctiWork[];
}

export interface RunningOpencti extends RunningServer {
  received(): OpenctiReceived;
  /** The state the platform keeps for a connector; undefined where it is not registered. */
  state(connectorId: string): string | null | undefined;
  /** Puts a state in place, as a connector of the past might have left it. */
  putState(connectorId: string, state: string): void;
  /** What the button that resets a connector's state does. */
  resetState(connectorId: string): void;
  /** The workers are done with so many objects that came by the broker, under the newest work unless one is named; each counts itself. */
  countAsProcessed(objects: number, workId?: string): void;
  /** The same, where as many workers as objects count in the same moment. */
  countAtOnce(objects: number): void;
  /** Cuts every connection and refuses new ones; what was asked before is done all the same, its answer lost. */
  stop(): Promise<void>;
  /** Listens again on the same port, with all that it knew. */
  start(): Promise<void>;
  /** What the button that clears a connector's works does: what comes under them afterwards is lost. */
  clearWorks(): void;
  /** Names of the operations in order of arrival. */
  operations(): readonly string[];
}

const userId = "88ec0c6a-13ce-5e39-b486-354fe4a7084f";
const noBroker: OpenctiBroker = { host: "127.0.0.1", port: 1, vhost: "/", use_ssl: false, user: "guest", pass: "guest" };

/**
 * The part of an OpenCTI platform that a connector meets, on loopback. Documents are executed with the platform's own schema, so a
 * wrong one fails as it does there; bundles pushed by the API are imported at once, by the rules of the platform's workers.
 */
export async function startOpencti(options: OpenctiOptions): Promise<RunningOpencti> {
  const connectors = createOpenctiConnectors();
  const store = createOpenctiStore();
  const operations: string[] = [];
  const { version = "7.260817.0" } = options;
  const isSeven = version.startsWith("7.");
  const works = createOpenctiWorks({ completesAtEquality: !isSeven });

  const show = (connector: OpenctiConnector | undefined): unknown =>
    connector &&
    showConnector(connector, {
      broker: options.broker ?? noBroker,
      queueBytes: options.queueBytes ?? 0,
      userId,
      works: works.all(),
    });

  const resolvers = {
    about: { version },
    me: {
      id: userId,
      name: "connector",
      capabilities: (options.capabilities ?? ["CONNECTORAPI"]).map((name) => ({ id: name, name })),
    },
    connector: ({ id }: { id: string }) => show(connectors.find(id)),
    isWorkAlive: ({ id }: { id: string }) => works.all().some((work) => work.id === id),
    registerConnector: ({ input: { id, name } }: { input: { id: string; name: string } }) => show(connectors.edit(id, { name })),
    pingConnector: ({ id, state }: { id: string; state?: string }) => show(connectors.ping(id, state ?? null)),
    workAdd: ({ connectorId, friendlyName = "", isMultiPartWork = false }: WorkArguments) =>
      showWork(works.add(connectorId, friendlyName, isMultiPartWork)),
    workEdit: ({ id }: { id: string }) => ({
      addExpectations: ({ expectations }: { expectations: number }) => works.expect(id, expectations),
      toProcessed: ({ message, inError = false }: { message?: string; inError?: boolean }) => works.finish(id, message, inError),
    }),
    stixBundlePush({ connectorId, bundle, work_id }: { connectorId: string; bundle: string; work_id?: string }) {
      const { objects } = JSON.parse(bundle) as { objects: readonly StoredObject[] };
      const work = work_id ?? works.add(connectorId, "run").id;
      // From 7 on the server announces what it splits. Before, the worker does when it splits, and the server a single object only where
      // it made the work itself.
      if (isSeven || objects.length > 1 || work_id === undefined) works.expect(work, objects.length);
      // The workers throw away what comes under a work that is gone.
      if (works.all().some(({ id }) => id === work)) works.process(work, objects.length, store.take(objects));
      return true;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST" || request.url !== "/graphql") return sendJson(response, 404, { message: "Not found" });
    const { query, variables = {}, operationName = null } = JSON.parse(await readBody(request)) as GraphqlRequest;
    operations.push(operationName ?? "");
    const isKnown = request.headers.authorization === `Bearer ${options.token}`;
    const fault = isKnown ? options.intercept?.(operationName ?? "", variables) : notLoggedIn;
    if (fault !== undefined)
      return sendJson(response, 200, { errors: [{ ...fault, extensions: { code: fault.name } }], data: null });
    const source = {
      schema: openctiSchema(version),
      source: query,
      rootValue: resolvers,
      variableValues: variables,
      operationName,
    };
    sendJson(response, 200, await graphql(source));
  }

  const open = (port?: number): Promise<RunningServer> =>
    listen((request, response) => {
      answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    }, port);
  let server: RunningServer | undefined = await open(options.port);
  const { url } = server;
  const idsOf = (type: string): ReadonlySet<string> =>
    new Set([...store.objects.values()].filter((object) => object.type === type).map(({ id }) => id));

  async function stopListening(): Promise<void> {
    const stopping = server;
    server = undefined;
    await stopping?.close();
  }

  return {
    url,
    close: stopListening,
    stop: stopListening,
    async start() {
      server = await open(Number(new URL(url).port));
    },
    received: () => ({
      indicators: idsOf("indicator"),
      vulnerabilities: idsOf("vulnerability"),
      identities: idsOf("identity"),
      markings: idsOf("marking-definition"),
      objects: store.objects,
      works: works.all(),
    }),
    state: (id) => connectors.find(id)?.state,
    putState: (id, state) => void connectors.edit(id, { state }),
    resetState: (id) => connectors.reset(id),
    countAsProcessed: (objects, workId = works.all().at(-1)?.id ?? "") => void works.process(workId, objects, []),
    countAtOnce: (objects) => void works.process(works.all().at(-1)?.id ?? "", objects, [], true),
    clearWorks: () => works.clear(),
    operations: () => operations,
  };
}

const notLoggedIn: OpenctiFault = { name: "AUTH_REQUIRED", message: "You must be logged in to do this." };

interface WorkArguments {
  readonly connectorId: string;
  readonly friendlyName?: string;
  readonly isMultiPartWork?: boolean;
}

interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string | null;
}
