import {
  clean,
  readDeadLetters,
  retryDeadLetters,
  withDirectoryLock,
  type DeadLetter,
  type RetryOutcome,
} from "@socdefenders/shared";
import { loadConfig, selectTargets, type Config, type ConfiguredTarget } from "../config.ts";
import { formatTable } from "../terminal/table.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

export interface DeadLetterFlags {
  /** Name of a target or, for a retry, its kind. */
  readonly target?: string;
  /** A part of the reason, letter case ignored. */
  readonly reason?: string;
  readonly json?: boolean;
}

// What a person looks through; a machine gets all of them.
const mostRows = 100;

/** Lists what could not be delivered: the newest entries and how many there are of each reason, or with `--json` all as they are kept. */
export async function listDeadLetters(path: string, flags: DeadLetterFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const counts = new Map<string, { entry: DeadLetter; count: number }>();
  let rows: string[][] = [];
  let total = 0;
  for await (const entry of readEntries(config, flags, terminal)) {
    if (flags.json === true) {
      await terminal.print(`${JSON.stringify(entry)}\n`);
      continue;
    }
    total += 1;
    rows.push([entry.time, entry.target, entry.collection, idOf(entry), String(entry.attempts), entry.reason]);
    if (rows.length === 2 * mostRows) rows = rows.slice(mostRows);
    const key = JSON.stringify([entry.target, entry.reason]);
    counts.set(key, { entry, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  if (flags.json === true) return;
  await terminal.print(formatTable(["time", "target", "collection", "object", "tries", "reason"], rows.slice(-mostRows)));
  if (total > mostRows) await terminal.print(`the newest ${mostRows} of ${total}; --json prints all\n`);
  for (const { entry, count } of counts.values()) await terminal.print(`${entry.target}: ${count} × ${clean(entry.reason)}\n`);
}

/**
 * Delivers dead letters of the state directory again, by today's parser, filter and mapping. Throws LockError while a run is under way,
 * and the first target's failure once all have been tried.
 */
export async function retry(path: string, flags: DeadLetterFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const chosen = selectTargets(config, flags.target);
  const outcomes = await withDirectoryLock(config.stateDirectory, { log: terminal.log }, async (lost) => {
    await warnOfOthers(config, chosen, flags, terminal);
    return retryTargets(config, chosen, flags, { ...terminal, signal: AbortSignal.any([terminal.signal, lost]) });
  });
  await terminal.print(flags.json === true ? jsonLines(outcomes) : table(outcomes));
  const [first, ...others] = [...outcomes.values()].flatMap(({ failure }) => failure ?? []);
  for (const { message, remedy } of others) terminal.log.error("failed", message, { remedy });
  if (first !== undefined) throw first;
}

async function retryTargets(
  { stateDirectory: directory, filter }: Config,
  chosen: readonly ConfiguredTarget[],
  flags: DeadLetterFlags,
  terminal: Terminal,
): Promise<ReadonlyMap<string, RetryOutcome>> {
  const host = hostOf(terminal);
  const targets = new Map(chosen.map(({ name, open }) => [name, { ...open(host), filter }]));
  let outcomes: ReadonlyMap<string, RetryOutcome> = new Map();
  try {
    const isChosen = (entry: DeadLetter): boolean => hasReason(entry, flags);
    outcomes = await retryDeadLetters({ directory, targets, signal: terminal.signal, isChosen });
    return outcomes;
  } finally {
    for (const [name, { sink }] of targets) await sink.close(outcomes.get(name)?.failure);
  }
}

async function* readEntries(config: Config, flags: DeadLetterFlags, { log }: Terminal): AsyncGenerator<DeadLetter> {
  let damaged = 0;
  for await (const { entry } of readDeadLetters(config.stateDirectory)) {
    if (entry === undefined) damaged += 1;
    else if (hasReason(entry, flags) && (flags.target === undefined || entry.target === flags.target)) yield entry;
  }
  if (damaged > 0) log.warn("dead_letters_damaged", `${damaged} lines of the dead letters cannot be read`, { count: damaged });
}

const hasReason = ({ reason }: DeadLetter, { reason: part = "" }: DeadLetterFlags): boolean =>
  reason.toLowerCase().includes(part.toLowerCase());

/** Says what a retry cannot take: entries of targets that are gone, and those that are kept in part only. */
async function warnOfOthers(
  config: Config,
  chosen: readonly ConfiguredTarget[],
  { reason }: DeadLetterFlags,
  terminal: Terminal,
): Promise<void> {
  const isOneOf = (targets: readonly ConfiguredTarget[], target: string): boolean => targets.some(({ name }) => name === target);
  let unknown = 0;
  let cut = 0;
  for await (const { target, content_cut_from } of readEntries(config, { ...(reason !== undefined && { reason }) }, terminal)) {
    if (!isOneOf(config.targets, target)) unknown += 1;
    if (content_cut_from !== undefined && isOneOf(chosen, target)) cut += 1;
  }
  const warn = (count: number, why: string): void =>
    terminal.log.warn("not_retried", `${count} entries are not tried: ${why}`, { count });
  if (unknown > 0) warn(unknown, "the configuration does not name their targets");
  if (cut > 0) warn(cut, "they were too large to be kept whole");
}

function jsonLines(outcomes: ReadonlyMap<string, RetryOutcome>): string {
  const lines = [...outcomes].map(([target, { failure, ...counts }]) => ({
    target,
    ...counts,
    ...(failure && { error: failure.message, remedy: failure.remedy }),
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function table(outcomes: ReadonlyMap<string, RetryOutcome>): string {
  const rows = [...outcomes].map(([target, one]) => [target, one.tried, one.delivered, one.skipped, one.kept, one.repeated]);
  return formatTable(["target", "tried", "delivered", "skipped", "kept", "repeated"], rows);
}

/** The id of the object, where it has one. */
function idOf({ content }: DeadLetter): string {
  const id = typeof content === "object" && content !== null && "id" in content ? content.id : undefined;
  return typeof id === "string" ? id : "";
}
