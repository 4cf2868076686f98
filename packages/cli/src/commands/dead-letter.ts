import { readDeadLetters, type DeadLetter } from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Lists what could not be delivered: a table of when, where and why, or with `--json` the entries as they are kept. */
export async function listDeadLetters(path: string, flags: { readonly json?: boolean }, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const rows: string[][] = [];
  for await (const entry of readDeadLetters(config.stateDirectory)) {
    if (flags.json === true) await terminal.print(`${JSON.stringify(entry)}\n`);
    else rows.push([entry.time, entry.target, entry.collection, idOf(entry), entry.reason]);
  }
  if (flags.json !== true) await terminal.print(formatTable(["time", "target", "collection", "object", "reason"], rows));
}

/** The id of the object, where it has one; an item of a target may name the indicator it was made of. */
function idOf({ content }: DeadLetter): string {
  if (typeof content !== "object" || content === null) return "";
  const { id, indicator_id, IndicatorId } = content as Record<string, unknown>;
  return [id, indicator_id, IndicatorId].find((candidate) => typeof candidate === "string") ?? "";
}
