import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

// The programs are processes of plain Node: nothing of the test runner is measured, and nothing of one leaks into the next.
const environment = { PATH: process.env["PATH"] };
const pathOf = (name: string): string => join(import.meta.dirname, `${name}.program.ts`);

/** What a program of this folder prints, as JSON. */
export function runProgram<T>(name: string, ...parameters: readonly string[]): Promise<T> {
  return runProgramWith<T>([], name, ...parameters);
}

/** The same with options for Node. */
export async function runProgramWith<T>(options: readonly string[], name: string, ...parameters: readonly string[]): Promise<T> {
  const node = ["--expose-gc", ...options, pathOf(name), ...parameters];
  const { stdout } = await promisify(execFile)(process.execPath, node, { env: environment });
  return JSON.parse(stdout) as T;
}

/** Starts a program of this folder that serves and prints its port; its origin, and how to stop it. */
export async function startServer(
  name: string,
  ...parameters: readonly string[]
): Promise<{ readonly origin: string; close(): void }> {
  const server = spawn(process.execPath, [pathOf(name), ...parameters], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  for await (const port of createInterface(server.stdout))
    return { origin: `http://127.0.0.1:${port}`, close: () => server.kill() };
  throw new Error(`${name} ended before it was up`);
}
