import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonEnvironment } from "../interop/python.ts";

const requirements = ["stix2==3.0.2", "stix2-patterns==2.1.2", "taxii2-client==2.3.0"];

/** Objects or patterns a second. */
interface Speed {
  readonly speed: number;
}

/** The same, and for each second of processor time. */
export interface WholeWaySpeed extends Speed {
  readonly processor: number;
}

/** What the peer measured, or why it could not be asked. */
export type PeerAnswer<T = Speed> = T | { readonly reason: string };

export function askPeer(what: "patterns" | "pages", parameter: string): Promise<PeerAnswer> {
  return ask(requirements, "the comparison with Python's tools", ["peers.py", what, parameter]);
}

/** The OpenCTI client that its own connectors use, sending a file of bundles to a local RabbitMQ. */
export function askPycti(port: number, routingKey: string, file: string): Promise<PeerAnswer> {
  const parameters = ["pycti-send.py", String(port), "amqp.worker.exchange", routingKey, file];
  return ask(["pycti==7.260817.0"], "the comparison with pycti", parameters);
}

/** What Python's tools take for the whole way to a target, over so many pages, the best of so many rounds. */
export function askWholeWay(
  target: string,
  pages: string,
  rounds: number,
  settings: Readonly<Record<string, string>>,
): Promise<PeerAnswer<WholeWaySpeed>> {
  const sender = target === "opencti" ? "pycti==7.260817.0" : "azure-monitor-ingestion==1.1.0";
  const parameters = ["whole-way.py", target, pages, String(rounds)];
  return ask([sender, "stix2==3.0.2", "taxii2-client==2.3.0"], `the whole way to ${target} in Python`, parameters, settings);
}

async function ask<T extends Speed>(
  packages: readonly string[],
  what: string,
  [program = "", ...parameters]: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PeerAnswer<T>> {
  let python: string;
  try {
    python = await pythonEnvironment(packages);
  } catch (error) {
    return { reason: `${what} (${(error as Error).message})` };
  }
  const environment = { ...process.env, ...settings };
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, program), ...parameters], { env: environment });
  return JSON.parse(stdout) as T;
}
