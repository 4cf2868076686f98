import { unlink } from "node:fs/promises";
import { basename } from "node:path";
import { replaceFile } from "../checkpoint/replace-file.ts";
import { ConnectorError } from "../errors/connector-error.ts";
import { TargetError } from "../errors/target-error.ts";
import type { DeadLetter } from "./entry.ts";
import { unlessMissing } from "./files.ts";
import { listDeadLetterFiles, readDeadLetterFile, type DeadLetterLine } from "./read.ts";
import { tryAgain, type RetryTarget } from "./try-again.ts";

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
  const outcomes = new Map([...options.targets.keys()].map((name) => [name, emptyOutcome()]));
  for (const path of await listDeadLetterFiles(options.directory)) await retryFile(path, options, outcomes);
  return outcomes;
}

const emptyOutcome = (): RetryOutcome => ({ tried: 0, delivered: 0, skipped: 0, kept: 0 });

async function retryFile(path: string, options: RetryOptions, outcomes: ReadonlyMap<string, RetryOutcome>): Promise<void> {
  const { targets, isChosen = () => true, signal } = options;
  const lines = await Array.fromAsync(readDeadLetterFile(path));
  const rest: (string | undefined)[] = lines.map(({ text }) => text);
  try {
    for (const [name, target] of targets) {
      const outcome = outcomes.get(name) ?? emptyOutcome();
      const chosen = [...lines.entries()].filter(([, { entry }]) => entry?.target === name && isWhole(entry) && isChosen(entry));
      await retryTarget(chosen, target, outcome, rest, signal);
    }
  } finally {
    await replaceLines(options.directory, path, lines, rest);
  }
}

/** Of what was too large only the head is there. */
const isWhole = ({ content_cut_from }: DeadLetter): boolean => content_cut_from === undefined;

async function retryTarget(
  chosen: readonly (readonly [number, DeadLetterLine])[],
  target: RetryTarget,
  outcome: RetryOutcome,
  rest: (string | undefined)[],
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < chosen.length && outcome.failure === undefined; start += chunkSize) {
    signal.throwIfAborted();
    const chunk = chosen.slice(start, start + chunkSize).flatMap(([index, { entry }]) => (entry ? [{ index, entry }] : []));
    try {
      const verdicts = await tryAgain(
        chunk.map(({ entry }) => entry),
        target,
        signal,
      );
      for (const [place, { index }] of chunk.entries()) {
        const verdict = verdicts[place];
        if (verdict === undefined) continue;
        outcome.tried += 1;
        outcome[verdict.kind] += 1;
        rest[index] = verdict.kind === "kept" ? JSON.stringify(verdict.entry) : undefined;
      }
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      outcome.failure = error;
    }
  }
}

async function replaceLines(
  directory: string,
  path: string,
  lines: readonly DeadLetterLine[],
  rest: readonly (string | undefined)[],
): Promise<void> {
  if (lines.every(({ text }, index) => text === rest[index])) return;
  const left = rest.filter((text) => text !== undefined);
  try {
    if (left.length === 0) await unlink(path).catch(unlessMissing(undefined));
    else await replaceFile(directory, basename(path), left.map((text) => `${text}\n`).join(""));
  } catch (cause) {
    throw new TargetError(`delivered dead letters could not be removed from ${path}: ${(cause as Error).message}`, {
      remedy: "Make the state directory writable and see that the disk has room; the next retry sends them again.",
      cause,
    });
  }
}
