import { readFile } from "node:fs/promises";
import { ConfigurationError } from "@socdefenders/shared";
import type { Terminal } from "./terminal.ts";

/** The text of a file, or of standard input where it is `-` or absent. A file that cannot be read is a usage error. */
export async function readText(file: string | undefined, terminal: Terminal): Promise<string> {
  if (file === undefined || file === "-") return (await terminal.readInput()).toString("utf8");
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`cannot read: ${(cause as Error).message}`, {
      remedy: "Give the path of a file, or - for standard input.",
      cause,
    });
  }
}
