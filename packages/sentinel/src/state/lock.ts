import { setTimeout as wait } from "node:timers/promises";
import type { BlobLeaseClient, ContainerClient } from "@azure/storage-blob";
import { LockError, TargetError } from "@socdefenders/shared";
import { orTargetError, statusOf, timeLimit } from "./container.ts";

/** How a lock is held, in milliseconds. */
export interface LockTimes {
  /** From one renewal to the next. */
  readonly renewalMs: number;
  /** After a renewal that failed. */
  readonly retryMs: number;
  /** Without a renewal for so long, the work is stopped: before the lease has run out, so that nobody else has begun by then. */
  readonly patienceMs: number;
}

// Blob storage lends a blob for 15 to 60 seconds. A process that dies blocks the next run for that long and no longer.
const leaseSeconds = 60;
const releaseMs = 3000;
const defaultTimes: LockTimes = { renewalMs: 20_000, retryMs: 2000, patienceMs: 50_000 };

/**
 * Runs `work` while holding a lease on the blob `lock`, so that runs of two function apps on one state never overlap. Throws
 * LockError when another instance holds it. The signal given to `work` is aborted when the lease is lost.
 */
export async function withLock(
  container: ContainerClient,
  work: (lost: AbortSignal) => Promise<void>,
  times: LockTimes = defaultTimes,
): Promise<void> {
  const { lease, asked } = await orTargetError(acquire(container), "the lock of the state cannot be had");
  const ended = new AbortController();
  const lost = new AbortController();
  const renewal = keepRenewing(lease, asked, times, ended.signal).catch((error: unknown) => lost.abort(error));
  try {
    await work(lost.signal);
  } finally {
    ended.abort();
    await renewal;
    // One that cannot be given back runs out by itself.
    if (!lost.signal.aborted) await lease.releaseLease(timeLimit(releaseMs)).catch(() => undefined);
  }
}

/** `asked` is when the lease began at the earliest. */
async function acquire(container: ContainerClient): Promise<{ lease: BlobLeaseClient; asked: number }> {
  const blob = container.getBlockBlobClient("lock");
  await blob.upload("", 0, { ...timeLimit(), conditions: { ifNoneMatch: "*" } }).catch(ignoreExisting);
  const lease = blob.getBlobLeaseClient();
  const asked = Date.now();
  try {
    await lease.acquireLease(leaseSeconds, timeLimit());
  } catch (cause) {
    if (statusOf(cause) !== 409) throw cause;
    const { leaseDuration } = await blob.getProperties(timeLimit());
    throw leaseDuration === "infinite" ? lentForEver(cause) : heldByAnother(cause);
  }
  return { lease, asked };
}

// 409: the blob is there. 412: it is there and lent to somebody.
function ignoreExisting(error: unknown): void {
  if (statusOf(error) !== 409 && statusOf(error) !== 412) throw error;
}

/** Resolves once `ended` is aborted. A renewal that fails is tried again; throws TargetError when the lease is, or may be, lost. */
async function keepRenewing(lease: BlobLeaseClient, acquired: number, times: LockTimes, ended: AbortSignal): Promise<void> {
  let renewed = acquired;
  let pauseMs = times.renewalMs;
  for (;;) {
    if (!(await isOver(pauseMs, ended))) return;
    const asked = Date.now();
    const leftMs = Math.max(1, renewed + times.patienceMs - asked);
    try {
      await lease.renewLease({ abortSignal: AbortSignal.any([ended, AbortSignal.timeout(leftMs)]) });
      renewed = asked;
      pauseMs = times.renewalMs;
    } catch (error) {
      if (ended.aborted) return;
      if (isGone(error) || Date.now() >= renewed + times.patienceMs) throw lostLease(error);
      pauseMs = Math.min(times.retryMs, Math.max(0, renewed + times.patienceMs - Date.now()));
    }
  }
}

/** False where `ended` came first. */
function isOver(pauseMs: number, ended: AbortSignal): Promise<boolean> {
  return wait(pauseMs, true, { signal: ended, ref: false }).catch(() => false);
}

// 404: the blob is gone. 409 and 412: another instance has the lease.
const isGone = (error: unknown): boolean => [404, 409, 412].includes(statusOf(error) ?? 0);

function heldByAnother(cause: unknown): LockError {
  return new LockError("another instance holds the lock of the state", {
    remedy:
      "Let only one instance run with this storage account and STATE_CONTAINER; after a crash the lock is free within a minute.",
    cause,
  });
}

/** The function never asks for that: nobody will ever give such a lease back. */
function lentForEver(cause: unknown): TargetError {
  return new TargetError("the blob lock of the state is lent to somebody without an end", {
    remedy: "Break the lease of the blob lock in STATE_CONTAINER (az storage blob lease break).",
    cause,
  });
}

function lostLease(cause: unknown): TargetError {
  return new TargetError("the lock of the state was lost during the run", {
    remedy: "Check that the storage account is in reach. Nothing is lost; the next run goes on from the saved position.",
    cause,
  });
}
