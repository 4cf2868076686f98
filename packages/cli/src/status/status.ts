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
import { readLastRuns, type LastRun } from "./last-runs.ts";

/** Everything that the state directory tells, as `status --json` prints it. */
export interface Status {
  readonly time: string;
  readonly state_directory: string;
  readonly positions: readonly PositionStatus[];
  readonly dead_letters: readonly DeadLetterStatus[];
  /** Request units of the last 24 hours. */
  readonly budget: { readonly spent: number; readonly left: number; readonly per_day: number; readonly not_before: string | null };
  /** Who works in the directory; null where nobody does. */
  readonly locked_by: string | null;
  readonly last_runs: readonly LastRun[];
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
export async function readStatus(config: Config, now: number): Promise<Status> {
  const { stateDirectory } = config;
  const lastRuns = await readLastRuns(stateDirectory);
  const saved = await savedPositions(config, now);
  return {
    time: new Date(now).toISOString(),
    state_directory: stateDirectory,
    positions: [...saved, ...toldPositions(lastRuns, saved, now)],
    dead_letters: await countDeadLetters(stateDirectory),
    budget: await readBudget(config, now),
    locked_by: (await describeLockOwner(stateDirectory)) ?? null,
    last_runs: lastRuns,
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

function toldPositions(runs: readonly LastRun[], saved: readonly PositionStatus[], now: number): readonly PositionStatus[] {
  return runs.flatMap(({ target, collection, position }) => {
    if (collection === undefined || position === null || saved.some((one) => one.target === target)) return [];
    return [{ target, collection, position, lag_seconds: lagSeconds(position, now), saved_at: null }];
  });
}

function lagSeconds(position: string, now: number): number | null {
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
