import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { build } from "esbuild";

// The programs are processes of plain Node: nothing of the test runner is measured, and nothing of one leaks into the next.
const environment = { PATH: process.env["PATH"] };
const pathOf = (name: string): string => join(import.meta.dirname, `${name}.program.ts`);

/** What a program of this folder prints, as JSON. */
export function runProgram<T>(name: string, ...parameters: readonly string[]): Promise<T> {
  return runProgramWith<T>([], name, parameters);
}

/** The same with options for Node, and with settings in its environment. */
export async function runProgramWith<T>(
  options: readonly string[],
  name: string,
  parameters: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const node = ["--expose-gc", ...options, pathOf(name), ...parameters];
  const { stdout } = await promisify(execFile)(process.execPath, node, { env: { ...environment, ...settings } });
  return JSON.parse(stdout) as T;
}

/** The same bundled, as connectors are shipped: without the compiler that running TypeScript brings into the process. */
export async function runBundled<T>(
  options: readonly string[],
  name: string,
  parameters: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-bench-"));
  try {
    const outfile = join(directory, `${name}.mjs`);
    const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
    await build({ entryPoints: [pathOf(name)], outfile, bundle: true, platform: "node", format: "esm", banner });
    const node = [...options, outfile, ...parameters];
    const { stdout } = await promisify(execFile)(process.execPath, node, { env: { ...environment, ...settings } });
    return JSON.parse(stdout) as T;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Started {
  /** The line it prints when it is up. */
  readonly line: string;
  readonly close: () => void;
}

/** Starts a program of this folder that serves until it is closed. */
export async function startProgram(name: string, ...parameters: readonly string[]): Promise<Started> {
  const server = spawn(process.execPath, [pathOf(name), ...parameters], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(server.stdout)) return { line, close: () => server.kill() };
  throw new Error(`${name} ended before it was up`);
}

/** The same for one that prints its port. */
export async function startServer(
  name: string,
  ...parameters: readonly string[]
): Promise<{ readonly origin: string; readonly close: () => void }> {
  const { line, close } = await startProgram(name, ...parameters);
  return { origin: `http://127.0.0.1:${line}`, close };
}
