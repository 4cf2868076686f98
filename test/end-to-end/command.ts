import { spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../temporary.ts";

const source = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** How a `socdefenders` process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The JSON lines of stderr. */
  readonly log: readonly LogLine[];
}

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly remedy?: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly environment?: Record<string, string>;
  readonly input?: string;
  /** The program, where it is not the source of the command. */
  readonly program?: readonly [string, ...string[]];
}

/** Starts the command as a process of its own, with an environment of nothing but PATH and what is given. */
export function start(
  args: readonly string[],
  { environment = {}, input = "", program = [process.execPath, source] }: StartOptions = {},
): Started {
  const [file, ...first] = program;
  const child = spawn(file, [...first, ...args], { env: { PATH: process.env["PATH"] ?? "", ...environment }, stdio: "pipe" });
  child.stdin.on("error", () => undefined).end(input);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code, signal, stdout: stdout(), log: stderr().split("\n").filter(Boolean).map(parseLine) }),
    );
  });
  return { process: child, ended };
}

export const runCommand = (args: readonly string[], options?: StartOptions): Promise<Ended> => start(args, options).ended;

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "not JSON", event: "", message: line };
  }
}

/** A configuration file in a directory of its own, and what is in its state directory. */
export interface Workplace {
  readonly config: string;
  readonly state: string;
  /** The saved cursors by file name. */
  positions(): Promise<Readonly<Record<string, { position: string }>>>;
  deadLetters(): Promise<readonly { reason: string; content: unknown }[]>;
}

/** Writes a configuration; `@STATE@` in it becomes the state directory. */
export async function makeWorkplace(configuration: string): Promise<Workplace> {
  const directory = temporaryDirectory();
  const config = join(directory, "config.yaml");
  const state = join(directory, "state");
  await writeFile(config, configuration.replaceAll("@STATE@", state));
  const files = async (): Promise<string[]> => (await readdir(state).catch(() => [])).toSorted();
  return {
    config,
    state,
    async positions() {
      const names = (await files()).filter((name) => name.endsWith(".json"));
      const records = names.map(async (name) => [
        name,
        (JSON.parse(await readFile(join(state, name), "utf8")) as { cursor: { position: string } }).cursor,
      ]);
      return Object.fromEntries(await Promise.all(records)) as Record<string, { position: string }>;
    },
    async deadLetters() {
      const text = await readFile(join(state, "dead-letter.ndjson"), "utf8").catch(() => "");
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { reason: string; content: unknown });
    },
  };
}
