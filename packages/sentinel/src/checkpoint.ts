import type { ContainerClient } from "@azure/storage-blob";
import {
  LockError,
  PositionError,
  positionName,
  readRecord,
  TargetError,
  writeRecord,
  type CheckpointStore,
  type ConnectorError,
  type PositionKey,
} from "@socdefenders/shared";
import { orTargetError, readIfPresent, statusOf, timeLimit } from "./state/container.ts";

/**
 * Positions as one JSON blob each in a container. A write demands the blob to be as this process last saw it, so of two instances that
 * run at once only one moves the position on, also where one of them has lost the lock without knowing; the other ends with a LockError.
 */
export function openCheckpoints(container: ContainerClient, limitMs?: number): CheckpointStore {
  // ETag of each blob as last read or written; none means that there was no blob.
  const etags = new Map<string, string | undefined>();

  return {
    async load(key) {
      const name = nameOf(positionName(key));
      // Only a missing blob is a first run; whatever else goes wrong must not look like one.
      const found = await orTargetError(readIfPresent(container, name, limitMs), `the position in ${name} cannot be read`);
      etags.set(name, found?.etag);
      return found === undefined ? undefined : readRecord(found.content, `the blob ${container.containerName}/${name}`);
    },
    async save(key, cursor) {
      const name = nameOf(positionName(key));
      const content = writeRecord(key, cursor);
      const written = write(container, name, content, { etag: etags.get(name), limitMs }).catch((error: unknown) =>
        confirmOwn(container, name, content, error),
      );
      etags.set(name, await orTargetError(written, `the position cannot be saved in ${name}`));
    },
  };
}

/**
 * A failure that removing the position mends, with the blob to remove: the function has no command that does it, and whether a collection
 * was rebuilt is the operator's to find out.
 */
export function withPositionBlob(failure: ConnectorError, container: ContainerClient, key: PositionKey): ConnectorError {
  if (!(failure instanceof PositionError)) return failure;
  const blob = `${container.containerName}/${nameOf(positionName(key))}`;
  if (failure.remedy.includes(blob)) return failure;
  return new PositionError(failure.message, { remedy: `${failure.remedy} The position is the blob ${blob}.`, cause: failure });
}

const nameOf = (position: string): string => `positions/${position}.json`;

/** Resolves with the blob's new ETag. */
async function write(
  container: ContainerClient,
  name: string,
  content: string,
  { etag, limitMs }: { readonly etag: string | undefined; readonly limitMs: number | undefined },
): Promise<string | undefined> {
  const answer = await container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content), {
    ...timeLimit(limitMs),
    conditions: etag === undefined ? { ifNoneMatch: "*" } : { ifMatch: etag },
    blobHTTPHeaders: { blobContentType: "application/json" },
  });
  return answer.etag;
}

/**
 * 409: somebody made the blob since it was found missing. 412: somebody wrote it since it was read. That was this process where the
 * answer to its write was lost and the SDK wrote once more.
 */
async function confirmOwn(container: ContainerClient, name: string, content: string, cause: unknown): Promise<string | undefined> {
  if (statusOf(cause) !== 409 && statusOf(cause) !== 412) throw cause;
  const found = await readIfPresent(container, name);
  if (found?.content === content) return found.etag;
  if (found === undefined) {
    throw new TargetError(`the position in ${name} was removed during the run`, {
      remedy: "Remove a position only while the function app is stopped; the next run reads from feed.start.",
      cause,
    });
  }
  throw new LockError(`another instance moved the position in ${name} on while this one was running`, {
    remedy:
      "Let only one instance run with this storage account and STATE_CONTAINER. Nothing is lost; the next run goes on from there.",
    cause,
  });
}
