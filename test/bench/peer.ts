import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonEnvironment } from "../interop/python.ts";

const requirements = ["stix2==3.0.2", "stix2-patterns==2.1.2", "taxii2-client==2.3.0"];

/** Objects or patterns a second, or why the peer could not be asked. */
export type PeerAnswer = { readonly speed: number } | { readonly reason: string };

export async function askPeer(what: "patterns" | "pages", parameter: string): Promise<PeerAnswer> {
  return ask(requirements, "the comparison with Python's tools", ["peers.py", what, parameter]);
}

/** The OpenCTI client that its own connectors use, sending a file of bundles to a local RabbitMQ. */
export function askPycti(port: number, routingKey: string, file: string): Promise<PeerAnswer> {
  const parameters = ["pycti-send.py", String(port), "amqp.worker.exchange", routingKey, file];
  return ask(["pycti==7.260817.0"], "the comparison with pycti", parameters);
}

async function ask(
  packages: readonly string[],
  what: string,
  [program = "", ...parameters]: readonly string[],
): Promise<PeerAnswer> {
  let python: string;
  try {
    python = await pythonEnvironment(packages);
  } catch (error) {
    return { reason: `${what} (${(error as Error).message})` };
  }
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, program), ...parameters]);
  return { speed: JSON.parse(stdout) as number };
}
