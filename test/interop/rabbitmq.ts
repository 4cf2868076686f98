import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { freePorts } from "./free-ports.ts";
import { untilPrinted } from "./until-printed.ts";

/** A message as it lies in a queue. */
export interface QueuedMessage {
  readonly routing_key: string;
  readonly payload: string;
  readonly properties: { readonly delivery_mode?: number; readonly content_encoding?: string };
}

/** A real RabbitMQ on free loopback ports with directories of its own. */
export interface RunningRabbitmq {
  readonly port: number;
  /** What OpenCTI does when a connector registers: its durable exchange, the connector's queue, and the binding between. */
  declare(connectorId: string): Promise<void>;
  addVhost(name: string): Promise<void>;
  /** Takes every message out of the connector's queue. */
  take(connectorId: string): Promise<readonly QueuedMessage[]>;
  /** Messages that lie in the connector's queue, as the management interface knows it a moment later. */
  depth(connectorId: string): Promise<number>;
  /** Cuts every client off, as a restart does. */
  dropConnections(): Promise<void>;
  /** Runs `rabbitmqctl` on it. */
  control(...parameters: readonly string[]): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again, with what it made durable. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface RabbitmqOptions {
  /** How often it counts for the management interface. Default 100, so that tests need not wait. */
  readonly statisticsMs?: number;
  /** Largest message in bytes. */
  readonly maximumBytes?: number;
  /** Lets in only over TLS, and only clients with a certificate of this authority. */
  readonly certificate?: { readonly ca: string; readonly cert: string; readonly key: string };
}

const exchange = "amqp.worker.exchange";

export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<RunningRabbitmq> {
  const server = findServer();
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-rabbitmq-"));
  const [port, managementPort, distributionPort, epmdPort] = (await freePorts(4)) as [number, number, number, number];
  const lines = [
    ...(await listenerLines(port, directory, options)),
    `management.tcp.ip = 127.0.0.1`,
    `management.tcp.port = ${managementPort}`,
    `collect_statistics_interval = ${options.statisticsMs ?? 100}`,
    ...(options.maximumBytes === undefined ? [] : [`max_message_size = ${options.maximumBytes}`]),
  ];
  await writeFile(join(directory, "rabbitmq.conf"), `${lines.join("\n")}\n`);
  await writeFile(join(directory, "plugins"), "[rabbitmq_management].\n");
  const environment = {
    PATH: process.env["PATH"],
    HOME: directory,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_CONFIG_FILE: join(directory, "rabbitmq.conf"),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, "plugins"),
    RABBITMQ_LOG_BASE: directory,
    RABBITMQ_LOGS: "-",
    RABBITMQ_MNESIA_BASE: directory,
    RABBITMQ_NODENAME: `socdefenders-${port}@localhost`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
  // Started here and not by the server, which would leave it behind.
  const portMapper = spawn("epmd", ["-port", String(epmdPort), "-address", "127.0.0.1"], { stdio: "ignore" });
  const startServer = (): ChildProcess => spawn(server, { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let broker = startServer();
  const close = async (): Promise<void> => {
    await stop(broker);
    portMapper.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilPrinted(broker, "Server startup complete", "RabbitMQ");
  } catch (error) {
    await close();
    throw error;
  }
  const manage = createManagement(`http://127.0.0.1:${managementPort}/api`);
  return {
    port,
    async declare(connectorId) {
      await manage("PUT", `/exchanges/%2F/${exchange}`, { type: "direct", durable: true });
      await manage("PUT", `/queues/%2F/push_${connectorId}`, { durable: true, arguments: { "x-queue-type": "classic" } });
      await manage("POST", `/bindings/%2F/e/${exchange}/q/push_${connectorId}`, { routing_key: `push_routing_${connectorId}` });
    },
    addVhost: async (name) => {
      await manage("PUT", `/vhosts/${name}`);
      await manage("PUT", `/permissions/${name}/guest`, { configure: ".*", write: ".*", read: ".*" });
    },
    take: async (connectorId) =>
      (await manage("POST", `/queues/%2F/push_${connectorId}/get`, {
        count: 10_000,
        ackmode: "ack_requeue_false",
        encoding: "auto",
      })) as QueuedMessage[],
    async depth(connectorId) {
      const { messages } = (await manage("GET", `/queues/%2F/push_${connectorId}`)) as { messages?: number };
      return messages ?? 0;
    },
    dropConnections: () => dropConnections(manage),
    async control(...parameters) {
      await promisify(execFile)(join(dirname(server), "rabbitmqctl"), ["-n", environment.RABBITMQ_NODENAME, ...parameters], {
        env: environment,
      });
    },
    kill: () => stop(broker),
    async restart() {
      broker = startServer();
      await untilPrinted(broker, "Server startup complete", "RabbitMQ");
    },
    close,
  };
}

async function listenerLines(port: number, directory: string, { certificate }: RabbitmqOptions): Promise<readonly string[]> {
  if (certificate === undefined) return [`listeners.tcp.1 = 127.0.0.1:${port}`];
  const files = { cacertfile: certificate.ca, certfile: certificate.cert, keyfile: certificate.key };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return [
    `listeners.tcp = none`,
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    ...Object.keys(files).map((name) => `ssl_options.${name} = ${join(directory, name)}`),
    `ssl_options.verify = verify_peer`,
    `ssl_options.fail_if_no_peer_cert = true`,
  ];
}

/** The management interface learns of a connection a moment after it is there. */
async function dropConnections(manage: Manage): Promise<void> {
  for (;;) {
    const connections = (await manage("GET", "/connections")) as readonly { readonly name: string }[];
    for (const { name } of connections) await manage("DELETE", `/connections/${encodeURIComponent(name)}`);
    if (connections.length > 0) return;
    await wait(50);
  }
}

function findServer(): string {
  const directories = ["/usr/lib/rabbitmq/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  const found = directories.map((directory) => join(directory, "rabbitmq-server")).find(existsSync);
  if (found !== undefined) return found;
  throw new Error("RabbitMQ is missing; get it with: apt-get install -y --no-install-recommends rabbitmq-server");
}

/** The whole process group: the server is a script around the Erlang machine. */
async function stop(broker: ChildProcess): Promise<void> {
  if (broker.pid === undefined || broker.exitCode !== null || broker.signalCode !== null) return;
  const ended = new Promise((resolve) => broker.once("close", resolve));
  process.kill(-broker.pid, "SIGKILL");
  await Promise.race([ended, wait(5000)]);
}

type Manage = (method: string, path: string, body?: unknown) => Promise<unknown>;

function createManagement(url: string): Manage {
  const headers = { authorization: `Basic ${Buffer.from("guest:guest").toString("base64")}`, "content-type": "application/json" };
  return async (method, path, body = {}) => {
    const response = await fetch(`${url}${path}`, { method, headers, body: method === "GET" ? null : JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}
