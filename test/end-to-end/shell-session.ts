import { spawn } from "node:child_process";

export interface SessionOptions {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What is typed: one line for each `read`. */
  readonly typed?: string;
}

/** One command, and the text behind whose appearance it is ended by SIGTERM, where it is a service. */
export interface SessionCommand {
  readonly text: string;
  readonly stopAt?: string | undefined;
}

export interface CommandOutcome {
  readonly text: string;
  readonly code: number;
  readonly output: string;
}

// Reads to the end of the output, so that a service can say goodbye. By `exec` the pid is that of the process itself, by `env` also where
// variables stand before the command.
const prelude = `
uuidgen() { cat /proc/sys/kernel/random/uuid; }
service() {
  local stop_at=$1 output line; shift
  exec {output}< <(eval "exec env $1" 2>&1); local pid=$!
  while IFS= read -r line <&"$output"; do
    printf '%s\\n' "$line"
    case $line in *"$stop_at"*) kill -TERM "$pid" ;; esac
  done
  wait "$pid"
}
`;
const mark = "\u0001";

/** Runs commands one after the other in one bash, as somebody types them who follows a page; none stops the next. */
export async function runSession(commands: readonly SessionCommand[], options: SessionOptions): Promise<readonly CommandOutcome[]> {
  const script = [prelude, ...commands.map((command) => `${toLine(command)}\nprintf '${mark}%s${mark}' "$?"`)].join("\n");
  const output = await runBash(script, options);
  const parts = output.split(mark);
  return commands.map(({ text }, place) => ({
    text,
    output: parts[place * 2] ?? "",
    code: Number(parts[place * 2 + 1] ?? Number.NaN),
  }));
}

/** What is typed belongs to `read` alone. */
function toLine({ text, stopAt }: SessionCommand): string {
  if (stopAt !== undefined) return `service ${quoted(stopAt)} ${quoted(text)}`;
  return text.startsWith("read ") ? text : `{ ${text}\n} < /dev/null`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function runBash(script: string, { directory, environment, typed = "" }: SessionOptions): Promise<string> {
  const shell = spawn("bash", ["--norc", "-c", script], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: "pipe",
  });
  shell.stdin.on("error", () => undefined).end(typed);
  const chunks: Buffer[] = [];
  for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    shell.once("error", reject);
    shell.once("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}
