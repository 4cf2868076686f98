import type { BlobLeaseClient, ContainerClient } from "@azure/storage-blob";
import { LockError, TargetError } from "@socdefenders/shared";
import { orTargetError, statusOf } from "./container.ts";

// Blob storage lends a blob for 15 to 60 seconds. A process that dies blocks the next run for that long and no longer.
const leaseSeconds = 60;
const defaultRenewalMs = 20_000;

/**
 * Runs `work` while holding a lease on the blob `lock`, so that runs of two function apps on one state never overlap. Throws
 * LockError when another instance holds it. The signal given to `work` is aborted when the lease is lost.
 */
export async function withLock(
  container: ContainerClient,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
  renewalMs: number = defaultRenewalMs,
): Promise<void> {
  const lease = await orTargetError(acquire(container), "the lock of the state cannot be had");
  const lost = new AbortController();
  const renewal = setInterval(() => {
    lease.renewLease().catch((error: unknown) => lost.abort(lostLease(error)));
  }, renewalMs);
  try {
    await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewal);
    // One that cannot be given back runs out by itself.
    await lease.releaseLease().catch(() => undefined);
  }
}

async function acquire(container: ContainerClient): Promise<BlobLeaseClient> {
  const blob = container.getBlockBlobClient("lock");
  await blob.upload("", 0, { conditions: { ifNoneMatch: "*" } }).catch(ignoreExisting);
  const lease = blob.getBlobLeaseClient();
  await lease.acquireLease(leaseSeconds).catch(refuseSecond);
  return lease;
}

// 409: the blob is there. 412: it is there and lent to somebody.
function ignoreExisting(error: unknown): void {
  if (statusOf(error) !== 409 && statusOf(error) !== 412) throw error;
}

function refuseSecond(cause: unknown): never {
  if (statusOf(cause) !== 409) throw cause;
  throw new LockError("another instance holds the lock of the state", {
    remedy:
      "Let only one instance run with this storage account and STATE_CONTAINER; after a crash the lock is free within a minute.",
    cause,
  });
}

function lostLease(cause: unknown): TargetError {
  return new TargetError("the lock of the state was lost during the run", {
    remedy: "Check that the storage account is in reach. Nothing is lost; the next run goes on from the saved position.",
    cause,
  });
}
