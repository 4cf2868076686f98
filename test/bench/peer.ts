import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonEnvironment } from "../interop/python.ts";

const requirements = ["stix2==3.0.2", "stix2-patterns==2.1.2", "taxii2-client==2.3.0"];

/** Objects or patterns a second, or why the peer could not be asked. */
export type PeerAnswer = { readonly speed: number } | { readonly reason: string };

export async function askPeer(what: "patterns" | "pages", parameter: string): Promise<PeerAnswer> {
  let python: string;
  try {
    python = await pythonEnvironment(requirements);
  } catch (error) {
    return { reason: `the comparison with Python's tools (${(error as Error).message})` };
  }
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, "peers.py"), what, parameter]);
  return { speed: JSON.parse(stdout) as number };
}
