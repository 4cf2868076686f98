import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./free-ports.ts";
import { pythonEnvironment } from "./python.ts";
import { untilPrinted } from "./until-printed.ts";

/** An object and when the server took it in, with six digits. */
export interface Entry {
  readonly dateAdded: string;
  readonly object: StixVersion;
}

/** What the manifest of medallion needs to know of an object. */
export interface StixVersion {
  readonly id: string;
  readonly modified: string;
  readonly [property: string]: unknown;
}

export interface MedallionOptions {
  readonly collections: Readonly<Record<string, readonly Entry[]>>;
  /** Origin the discovery document names. Default: the server itself. */
  readonly named?: ((port: number) => string) | undefined;
}

/** The TAXII 2.1 reference server of OASIS on a free loopback port, holding its data in memory. */
export interface RunningMedallion {
  /** The discovery URL. */
  readonly endpoint: string;
  /** Adds objects as a producer does: POST, with the time of arrival as date. */
  add(collection: string, objects: readonly StixVersion[]): Promise<void>;
  close(): Promise<void>;
}

export const user = { name: "admin", password: "Password0" } as const;
const largestPage = 100;
const mediaType = "application/taxii+json;version=2.1";

export async function startMedallion({ collections, named }: MedallionOptions): Promise<RunningMedallion> {
  const python = await pythonEnvironment(["medallion==3.0.0"]);
  const [port = 0] = await freePorts(1);
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-medallion-"));
  const origin = `http://127.0.0.1:${port}`;
  const data = join(directory, "data.json");
  await writeFile(data, JSON.stringify({ "/discovery": discovery(named?.(port) ?? origin), root: apiRoot(collections) }));
  const backend = { module: "medallion.backends.memory_backend", module_class: "MemoryBackend", filename: data };
  const config = { backend, users: { [user.name]: user.password }, taxii: { max_page_size: largestPage } };
  await writeFile(join(directory, "config.json"), JSON.stringify(config));
  const parameters = ["--host", "127.0.0.1", "--port", String(port), join(directory, "config.json")];
  const server = spawn(python, ["-m", "medallion.scripts.run", ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
  const close = async (): Promise<void> => {
    await stop(server);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilPrinted(server, "Running on", "medallion");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    endpoint: `${origin}/taxii2/`,
    async add(collection, objects) {
      const credential = Buffer.from(`${user.name}:${user.password}`).toString("base64");
      const response = await fetch(`${origin}/root/collections/${collection}/objects/`, {
        method: "POST",
        headers: { accept: mediaType, "content-type": mediaType, authorization: `Basic ${credential}` },
        body: JSON.stringify({ objects }),
      });
      if (response.status !== 202) throw new Error(`POST ${collection}: HTTP ${response.status} ${await response.text()}`);
    },
    close,
  };
}

function discovery(origin: string): unknown {
  return { title: "Some TAXII server", default: `${origin}/root/`, api_roots: [`${origin}/root/`] };
}

function apiRoot(collections: MedallionOptions["collections"]): unknown {
  return {
    information: { title: "A root", versions: [mediaType], max_content_length: 9_765_625 },
    status: [],
    collections: Object.entries(collections).map(([id, entries]) => ({
      id,
      title: `Collection ${id}`,
      can_read: true,
      can_write: true,
      media_types: ["application/stix+json;version=2.1"],
      objects: entries.map(({ object }) => object),
      manifest: entries.map(({ dateAdded, object }) => ({
        id: object.id,
        date_added: dateAdded,
        version: object.modified,
        media_type: "application/stix+json;version=2.1",
      })),
    })),
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("close", resolve));
  server.kill("SIGKILL");
  await ended;
}
