import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { planVariable, type Plan } from "./plan.ts";

const preload = fileURLToPath(new URL("preload/main.ts", import.meta.url));
const longestRunMs = 90_000;

export interface ProgramOptions {
  /** The file for node, and what comes behind it. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly plan?: Plan | undefined;
  /** Largest file that the process may write, in bytes, as the kernel sees to it. */
  readonly largestFile?: number | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a program of the connectors under a plan. One that does not end by itself is ended, and fails. */
export function startProgram({ command, environment, plan = {}, largestFile }: ProgramOptions): Program {
  const node = [process.execPath, "--import", preload, ...command];
  const [file = "", ...args] = largestFile === undefined ? node : ["prlimit", `--fsize=${largestFile}`, "--", ...node];
  // Some thousand processes compile the same file.
  const cache = { NODE_COMPILE_CACHE: inject("compileCache") };
  const env = { PATH: process.env["PATH"] ?? "", ...cache, [planVariable]: JSON.stringify(plan), ...environment };
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the process did not end within ${longestRunMs / 1000} s: ${output.stderr.slice(-2000)}`));
    }, longestRunMs);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...output });
    });
  });
  return { process: child, ended };
}
