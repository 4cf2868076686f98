import {
  createFileBudgets,
  describeLockOwner,
  listPositions,
  positionName,
  readDeadLetters,
  readKeySpending,
  toMicroseconds,
  type PositionRecord,
} from "@socdefenders/shared";
import type { Config } from "../config.ts";
import { foldByHour, lastRuns, type HistoryEntry } from "./history-entry.ts";
import { readHistory } from "./history.ts";
import { findTroubles, type Trouble } from "./trouble.ts";

/** Everything that the state directory tells, as `status --json` prints it. */
export interface Status {
  readonly time: string;
  readonly state_directory: string;
  /** The names of all that are configured. */
  readonly targets: readonly string[];
  readonly positions: readonly PositionStatus[];
  readonly dead_letters: readonly DeadLetterStatus[];
  /** Request units of the last 24 hours. */
  readonly budget: { readonly spent: number; readonly left: number; readonly per_day: number; readonly not_before: string | null };
  /** Who works in the directory; null where nobody does. */
  readonly locked_by: string | null;
  /** What the last run of each target did, a collection each. */
  readonly last_runs: readonly HistoryEntry[];
  /** What is wrong, the worst first; empty where all is well. */
  readonly troubles: readonly Trouble[];
}

/** The same, and what the runs of each hour did. */
export interface StatusWithHistory extends Status {
  readonly history: readonly HistoryEntry[];
}

interface PositionStatus {
  readonly target: string;
  readonly collection: string;
  readonly position: string;
  /** Age of the position: how far behind the target is, or how long the feed has had nothing new. Null where it is no time. */
  readonly lag_seconds: number | null;
  /** Null where the target keeps its position itself: then it is the one that its last run told. */
  readonly saved_at: string | null;
}

interface DeadLetterStatus {
  readonly target: string;
  readonly reason: string;
  readonly count: number;
}

/** Reads the state directory of a configuration; no network. Throws what the file system says. `now` is in epoch milliseconds. */
export async function readStatus(config: Config, now: number): Promise<StatusWithHistory> {
  const { stateDirectory } = config;
  const targets = config.targets.map(({ name }) => name);
  const pollSeconds = new Map(config.targets.map((target) => [target.name, target.pollSeconds]));
  const entries = (await readHistory(stateDirectory)).filter(({ target }) => targets.includes(target));
  const runs = lastRuns(entries);
  const saved = await savedPositions(config, now);
  const facts = {
    time: new Date(now).toISOString(),
    state_directory: stateDirectory,
    targets,
    positions: [...saved, ...toldPositions(runs, saved, now)],
    dead_letters: await countDeadLetters(stateDirectory),
    budget: await readBudget(config, now),
    locked_by: (await describeLockOwner(stateDirectory)) ?? null,
    last_runs: runs,
  };
  return {
    ...facts,
    troubles: findTroubles(facts, (target) => pollSeconds.get(target) ?? config.feed.pollSeconds),
    history: foldByHour(entries),
  };
}

/** The positions that the next run goes on from; those of former feeds, filters and targets are left out, damaged ones too. */
async function savedPositions({ stateDirectory, feed, filter, targets }: Config, now: number): Promise<readonly PositionStatus[]> {
  const isCurrent = ({ key }: PositionRecord): boolean =>
    targets.some(({ name }) => name === key.target) &&
    positionName({ ...key, endpoint: feed.endpoint.href, filter: filter?.identity }) === positionName(key);
  const records = (await listPositions(stateDirectory)).flatMap(({ record }) => record ?? []);
  return records.filter(isCurrent).map(({ key: { target, collection }, cursor: { position }, saved_at }) => {
    return { target, collection, position, lag_seconds: lagSeconds(position, now), saved_at };
  });
}

function toldPositions(runs: readonly HistoryEntry[], saved: readonly PositionStatus[], now: number): readonly PositionStatus[] {
  return runs.flatMap(({ target, collection, position }) => {
    if (collection === undefined || position === null || saved.some((one) => one.target === target)) return [];
    return [{ target, collection, position, lag_seconds: lagSeconds(position, now), saved_at: null }];
  });
}

/** Seconds from a position to `now`, in epoch milliseconds; null where the position is no time. */
export function lagSeconds(position: string, now: number): number | null {
  const microseconds = toMicroseconds(position);
  return microseconds === undefined ? null : Math.max(0, Math.round(now / 1000 - Number(microseconds) / 1_000_000));
}

async function countDeadLetters(directory: string): Promise<readonly DeadLetterStatus[]> {
  const counts = new Map<string, DeadLetterStatus>();
  for await (const { entry } of readDeadLetters(directory)) {
    const { target, reason } = entry ?? { target: "", reason: "a line that cannot be read" };
    const key = JSON.stringify([target, reason]);
    counts.set(key, { target, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

async function readBudget({ feed, stateDirectory }: Config, now: number): Promise<Status["budget"]> {
  const { spent, perDay, notBefore } = await readKeySpending(feed, createFileBudgets(stateDirectory), now);
  return {
    spent,
    left: Math.max(0, perDay - spent),
    per_day: perDay,
    not_before: notBefore === undefined ? null : new Date(notBefore).toISOString(),
  };
}
