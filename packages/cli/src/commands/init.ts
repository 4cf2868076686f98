import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { writeFile } from "node:fs/promises";
import { ConfigurationError, replaceFile } from "@socdefenders/shared";
import { readConfiguration } from "../config.ts";
import { gatherAnswers, refuseSecrets, type GivenFlags } from "../init/answers.ts";
import { writeConfiguration, type Written } from "../init/template.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Writes a commented configuration, mode 0600, from flags and, on a terminal, answers; secrets stand in it by the names of environment
 * variables only. Throws ConfigurationError where it would be none, where a secret was given, or where the file is there and `force` is not.
 */
export async function init(path: string, flags: GivenFlags, terminal: Terminal): Promise<void> {
  refuseSecrets(path, flags);
  const isForced = flags["force"] === true;
  if (existsSync(path) && !isForced) throw alreadyThere(path);
  const answers = await gatherAnswers(flags, terminal.ask);
  const connectorId = answers["opencti-connector-id"] || randomUUID();
  const written = writeConfiguration({ ...answers, "opencti-connector-id": connectorId });
  await assertRight(written, path);
  const writing = isForced
    ? replaceFile(dirname(path), basename(path), written.text)
    : writeFile(path, written.text, { mode: 0o600, flag: "wx" });
  await writing.catch((error: unknown) => notWritten(error, path));
  await terminal.print(nextSteps(path, written));
}

/** Reads it as `run` would, with values for its secrets that nobody ever used. */
async function assertRight({ text, variables }: Written, path: string): Promise<void> {
  const environment = Object.fromEntries([...variables.keys()].map((name) => [name, randomUUID()]));
  await readConfiguration(text, environment, path);
}

function alreadyThere(path: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`${path} is there already`, { remedy: "Choose another file, or replace it with --force.", cause });
}

function notWritten(cause: unknown, path: string): never {
  if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw alreadyThere(path, cause);
  throw new ConfigurationError(`${path} cannot be written: ${(cause as Error).message}`, { remedy: "Choose another file.", cause });
}

function nextSteps(path: string, { variables }: Written): string {
  const lines = [...variables].map(([name, what]) => `  read -rs ${name} && export ${name}   # ${what}\n`);
  return `${path} is written, readable for you only. Put its secrets into the environment, and try it for real:\n${lines.join("")}  socdefenders check ${quotedForShell(path)}\n`;
}

const quotedForShell = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
