import { configurationSchema } from "../schema.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Prints the JSON Schema of the configuration file. */
export async function schema(terminal: Terminal): Promise<void> {
  await terminal.print(`${JSON.stringify(await configurationSchema(), undefined, 2)}\n`);
}
