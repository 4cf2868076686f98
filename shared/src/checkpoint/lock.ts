import { mkdir, open, readdir, readFile, unlink, utimes, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { ConnectorError } from "../errors/connector-error.ts";
import { LockError } from "../errors/lock-error.ts";
import { TargetError } from "../errors/target-error.ts";
import type { Logger } from "../log/logger.ts";
import { describeOwner, isDead, ownClaim, readClaim, type FoundClaim } from "./lock-claim.ts";
import { unlessMissing } from "../unless-missing.ts";

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
  const claim = await acquire(directory, name, log).catch((error: unknown) => refuseDirectory(error, directory));
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    beat(claim).then(
      (isHeld) => isHeld || lost.abort(lostLock(claim.path)),
      (error: Error) => log.warn("lock_heartbeat", `the lock cannot be refreshed: ${error.message}`),
    );
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(heartbeat);
    // An heir may have a file of the same name by now.
    if (await isOurs(claim).catch(() => false)) await unlink(claim.path).catch(() => undefined);
  }
}

/** Who works in the directory, in words for a message; undefined where nobody does. Throws what the file system says. */
export async function describeLockOwner(directory: string, name: string = "instance"): Promise<string | undefined> {
  const claims = await findClaims(directory, name).catch(unlessMissing([]));
  const living = claims.find((claim) => !isDead(claim));
  return living && describeOwner(living);
}

interface Claim {
  readonly path: string;
  readonly text: string;
}

/** Shows that this process lives; false when the lock is no longer its own. */
async function beat(claim: Claim): Promise<boolean> {
  if (!(await isOurs(claim))) return false;
  await utimes(claim.path, new Date(), new Date());
  return true;
}

async function isOurs({ path, text }: Claim): Promise<boolean> {
  try {
    return (await readFile(path, "utf8")) === text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/**
 * A lock is a file `<name>.<number>.lock`. A stale one is never replaced in place, where two processes could remove each other's: its
 * heir claims the next number, which only one can create, and looks again. Of two claims that met, each sees the other and withdraws.
 */
async function acquire(directory: string, name: string, log: Logger): Promise<Claim> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const before = await findClaims(directory, name);
  refuseLiving(before, directory);
  const number = Math.max(0, ...before.map((claim) => claim.number)) + 1;
  const path = join(directory, `${name}.${number}.lock`);
  const text = ownClaim();
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    refuseLiving(await findClaims(directory, name), directory);
    return acquire(directory, name, log);
  }
  try {
    // A full disk would leave an empty file, which passes for a lock that is just being written.
    await file.writeFile(text).finally(() => file.close());
    const others = (await findClaims(directory, name)).filter((other) => other.path !== path);
    refuseLiving(others, directory);
    for (const dead of others) await inherit(dead, log);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return { path, text };
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

function refuseDirectory(cause: unknown, directory: string): never {
  if (cause instanceof ConnectorError) throw cause;
  throw new TargetError(`${directory} cannot be locked: ${(cause as Error).message}`, {
    remedy: "Make the directory writable and see that the disk has room.",
    cause,
  });
}

function lostLock(path: string): LockError {
  return new LockError(`the lock ${path} is gone: another instance took over while this one was suspended`, {
    remedy: "Nothing has to be done while the other instance runs; else start this one again.",
  });
}
