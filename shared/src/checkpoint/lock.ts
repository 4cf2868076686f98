import { mkdir, readdir, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LockError } from "../errors/lock-error.ts";
import type { Logger } from "../log/logger.ts";
import { describeOwner, isDead, ownClaim, readClaim, type FoundClaim } from "./lock-claim.ts";

export interface LockOptions {
  readonly log: Logger;
  /** What is locked inside the directory, where several things are: names do not block each other. */
  readonly name?: string | undefined;
  /** How often the lock shows that its owner lives, in milliseconds. Default 30,000. */
  readonly heartbeatMs?: number | undefined;
}

/**
 * Runs `work` as the only process that does so in this directory. Its signal aborts with a LockError when the lock is lost, which
 * happens to a process that was suspended for minutes. Throws LockError when another process holds it. A lock whose owner is dead, or
 * gave no sign of life for three minutes, is taken over.
 */
export async function withDirectoryLock<Result>(
  directory: string,
  { log, name = "instance", heartbeatMs = 30_000 }: LockOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = await acquire(directory, name, log);
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => lost.abort(lostLock(path)));
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(heartbeat);
    await unlink(path).catch(() => undefined);
  }
}

/**
 * A lock is a file `<name>.<number>.lock`. A stale one is never replaced in place, where two processes could remove each other's: its
 * heir claims the next number, which only one can create, and looks again. Of two claims that met, each sees the other and withdraws.
 */
async function acquire(directory: string, name: string, log: Logger): Promise<string> {
  const before = await findClaims(directory, name);
  refuseLiving(before, directory);
  const number = Math.max(0, ...before.map((claim) => claim.number)) + 1;
  const path = join(directory, `${name}.${number}.lock`);
  try {
    await writeFile(path, ownClaim(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    refuseLiving(await findClaims(directory, name), directory);
    return acquire(directory, name, log);
  }
  try {
    const others = (await findClaims(directory, name)).filter((other) => other.path !== path);
    refuseLiving(others, directory);
    for (const dead of others) await inherit(dead, log);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return path;
}

async function findClaims(directory: string, name: string): Promise<readonly FoundClaim[]> {
  const numbers = (await readdir(directory)).flatMap((file) =>
    file.startsWith(`${name}.`) && file.endsWith(".lock") ? [Number(file.slice(name.length + 1, -".lock".length))] : [],
  );
  const claims = numbers
    .filter((number) => Number.isInteger(number))
    .map(async (number) => readClaim(join(directory, `${name}.${number}.lock`), number));
  return (await Promise.all(claims)).filter((claim) => claim !== undefined);
}

function refuseLiving(claims: readonly FoundClaim[], directory: string): void {
  const living = claims.find((claim) => !isDead(claim));
  if (living === undefined) return;
  throw new LockError(`another instance works in ${directory}: ${describeOwner(living)}`, {
    remedy:
      "Stop it, or give this one a directory of its own. After a crash on another host the lock ends 3 minutes after its last sign of life.",
  });
}

async function inherit(dead: FoundClaim, log: Logger): Promise<void> {
  log.warn("lock_taken_over", `the lock of a dead instance was taken over: ${describeOwner(dead)}`);
  await unlink(dead.path).catch(() => undefined);
}

function lostLock(path: string): LockError {
  return new LockError(`the lock ${path} is gone: another instance took over while this one was suspended`, {
    remedy: "Nothing has to be done while the other instance runs; else start this one again.",
  });
}
