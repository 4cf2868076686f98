import { unlink } from "node:fs/promises";
import { basename } from "node:path";
import { replaceFile } from "../checkpoint/replace-file.ts";
import { ConnectorError } from "../errors/connector-error.ts";
import { TargetError } from "../errors/target-error.ts";
import type { DeadLetter } from "./entry.ts";
import { unlessMissing } from "../unless-missing.ts";
import { listDeadLetterFiles, readDeadLetterFile, type DeadLetterLine } from "./read.ts";
import { tryAgain, type RetryTarget, type TakenPlaces } from "./try-again.ts";

export interface RetryOptions {
  /** Locked by the caller: nothing may be appended meanwhile. */
  readonly directory: string;
  /** The targets to deliver to, by name; entries of others stay as they are. Closed by the caller. */
  readonly targets: ReadonlyMap<string, RetryTarget>;
  /** Which entries to try. Default all. */
  readonly isChosen?: ((entry: DeadLetter) => boolean) | undefined;
  readonly signal: AbortSignal;
}

/** What became of the entries of one target, counted in entries. */
export interface RetryOutcome {
  tried: number;
  /** Delivered, and gone from the dead letters. */
  delivered: number;
  /** Not to be delivered by today's filter and mapping, and gone too. */
  skipped: number;
  /** Refused or unreadable once more, and kept with the new reason. */
  kept: number;
  /** Nothing but what another entry stands for that was tried, and gone. */
  repeated: number;
  /** What ended it early: what was not confirmed by then stays as it was. */
  failure?: ConnectorError;
}

// Entries sent at once: few enough that a failure repeats little.
const chunkSize = 200;

/**
 * Reads dead letters with today's parser, filter and mapping and delivers them; what succeeds is removed. A file is replaced as a whole
 * once its entries are through, so a crash may send entries twice and loses none. A target that fails does not stop the others. Throws
 * the signal's reason, and TargetError where a file cannot be replaced.
 */
export async function retryDeadLetters(options: RetryOptions): Promise<ReadonlyMap<string, RetryOutcome>> {
  const retries = new Map([...options.targets].map(([name, target]) => [name, openRetry(target)]));
  for (const path of await listDeadLetterFiles(options.directory)) await retryFile(path, retries, options);
  return new Map([...retries].map(([name, { outcome }]) => [name, outcome]));
}

/** One target's share of a retry. */
interface Retry {
  readonly target: RetryTarget;
  readonly outcome: RetryOutcome;
  /** Ids of the entries that were tried: a page that was read twice may have left an entry twice. */
  readonly tried: Set<string>;
  readonly taken: TakenPlaces;
}

function openRetry(target: RetryTarget): Retry {
  return { target, outcome: { tried: 0, delivered: 0, skipped: 0, kept: 0, repeated: 0 }, tried: new Set(), taken: new Map() };
}

async function retryFile(path: string, retries: ReadonlyMap<string, Retry>, options: RetryOptions): Promise<void> {
  const lines = await Array.fromAsync(readDeadLetterFile(path));
  const rest: (string | undefined)[] = lines.map(({ text }) => text);
  try {
    for (const [name, retry] of retries) await retryTarget(choose(lines, name, options), retry, rest, options.signal);
  } finally {
    await replaceLines(options.directory, path, lines, rest);
  }
}

/** An entry and its place in the file. */
interface Chosen {
  readonly index: number;
  readonly entry: DeadLetter;
}

/** Of what was too large only the head is there, so it is not tried. */
function choose(lines: readonly DeadLetterLine[], target: string, { isChosen = () => true }: RetryOptions): readonly Chosen[] {
  return lines.flatMap(({ entry }, index) =>
    entry?.target === target && entry.content_cut_from === undefined && isChosen(entry) ? [{ index, entry }] : [],
  );
}

async function retryTarget(
  chosen: readonly Chosen[],
  { target, outcome, tried, taken }: Retry,
  rest: (string | undefined)[],
  signal: AbortSignal,
): Promise<void> {
  const once = new Map(chosen.filter(({ entry }) => !tried.has(entry.id)).map((one) => [one.entry.id, one]));
  const first = [...once.values()];
  for (let start = 0; start < first.length && outcome.failure === undefined; start += chunkSize) {
    signal.throwIfAborted();
    const chunk = first.slice(start, start + chunkSize);
    try {
      const entries = chunk.map(({ entry }) => entry);
      const verdicts = await tryAgain(entries, target, taken, signal);
      for (const [place, { index, entry }] of chunk.entries()) {
        const verdict = verdicts[place];
        if (verdict === undefined) continue;
        tried.add(entry.id);
        if (verdict.kind !== "repeated") outcome.tried += 1;
        outcome[verdict.kind] += 1;
        rest[index] = verdict.kind === "kept" ? JSON.stringify(verdict.entry) : undefined;
      }
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      outcome.failure = error;
    }
  }
  for (const { index, entry } of chosen) {
    if (!tried.has(entry.id) || once.get(entry.id)?.index === index) continue;
    outcome.repeated += 1;
    rest[index] = undefined;
  }
}

/** What was appended meanwhile, by a process that took the lock over from a suspended one for instance, stays. */
async function replaceLines(
  directory: string,
  path: string,
  lines: readonly DeadLetterLine[],
  rest: readonly (string | undefined)[],
): Promise<void> {
  if (lines.every(({ text }, index) => text === rest[index])) return;
  try {
    const now = (await Array.fromAsync(readDeadLetterFile(path))).map(({ text }) => text);
    if (lines.some(({ text }, index) => text !== now[index])) throw new Error("another process has changed it meanwhile");
    const left = [...rest, ...now.slice(lines.length)].filter((text) => text !== undefined);
    if (left.length === 0) await unlink(path).catch(unlessMissing(undefined));
    else await replaceFile(directory, basename(path), left.map((text) => `${text}\n`).join(""));
  } catch (cause) {
    throw new TargetError(`delivered dead letters could not be removed from ${path}: ${(cause as Error).message}`, {
      remedy: "Make the state directory writable and see that the disk has room; the next retry sends them again.",
      cause,
    });
  }
}
