import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ended } from "./program.ts";

/** The newest version of each indicator among stored ones, as epoch milliseconds by id. */
export function newestVersions(stored: readonly string[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const key of stored) {
    const [id = "", modified] = key.split("@");
    newest.set(id, Math.max(newest.get(id) ?? 0, Number(modified)));
  }
  return newest;
}

/** Every record with a position in a state that the platform keeps; none where it cannot be read. */
export function positionsIn(state: string): string[] {
  if (state === "") return [];
  try {
    const { positions = {} } = JSON.parse(state) as { positions?: Readonly<Record<string, unknown>> };
    return Object.values(positions).map((position) => JSON.stringify(position));
  } catch {
    return [];
  }
}

/** Ids of the objects in the dead letters; a line that a crash cut is none. */
export function deadLetters(state: string): string[] {
  const path = join(state, "dead-letter.ndjson");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [(JSON.parse(line) as { content: { id: string } }).content.id];
      } catch {
        return [];
      }
    });
}

interface Summary {
  readonly mapped: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly refused: number;
  readonly skipped_reasons: Readonly<Record<string, number>>;
  readonly refused_reasons: Readonly<Record<string, number>>;
}

/** The lines of `run --json`; a process that was killed may have left a part of one. */
export function summaries(stdout: string): Summary[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Summary);
}

/** What is not delivered has a reason, and the reasons come to the sums. */
export function assertCounted(stdout: string): void {
  for (const one of summaries(stdout)) {
    const unexplained = one.mapped - one.delivered > one.refused;
    const sums = [sum(one.skipped_reasons) === one.skipped, sum(one.refused_reasons) === one.refused];
    if (unexplained || sums.includes(false)) throw new Error(`what is missing is not explained: ${JSON.stringify(one)}`);
  }
}

/** How a run ended, and what it said, for a message. */
export const unexpected = ({ code, signal, stderr }: Ended, codes: readonly number[]): string =>
  `the run ended with ${code ?? signal}, not with ${codes.join(" or ")}: ${stderr.slice(-2000)}`;

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
