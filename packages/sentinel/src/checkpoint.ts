import { text } from "node:stream/consumers";
import type { ContainerClient } from "@azure/storage-blob";
import { LockError, positionName, readRecord, writeRecord, type CheckpointStore } from "@socdefenders/shared";
import { orTargetError, statusOf } from "./state/container.ts";

/**
 * Positions as one JSON blob each in a container. A write demands the blob to be as this process last saw it, so of two instances that
 * run at once only one moves the position on; the other ends with a LockError.
 */
export function openCheckpoints(container: ContainerClient): CheckpointStore {
  // ETag of each blob as last read or written; none means that there was no blob.
  const etags = new Map<string, string | undefined>();

  return {
    async load(key) {
      const name = nameOf(positionName(key));
      const found = await orTargetError(downloadIfPresent(container, name), `the position in ${name} cannot be read`);
      etags.set(name, found?.etag);
      return found === undefined ? undefined : readRecord(found.content, `the blob ${container.containerName}/${name}`);
    },
    async save(key, cursor) {
      const name = nameOf(positionName(key));
      const etag = etags.get(name);
      const content = writeRecord(key, cursor);
      const upload = container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content), {
        conditions: etag === undefined ? { ifNoneMatch: "*" } : { ifMatch: etag },
        blobHTTPHeaders: { blobContentType: "application/json" },
      });
      const answer = await orTargetError(upload.catch(refuseOverlap(name)), `the position cannot be saved in ${name}`);
      etags.set(name, answer.etag);
    },
  };
}

const nameOf = (position: string): string => `positions/${position}.json`;

async function downloadIfPresent(
  container: ContainerClient,
  name: string,
): Promise<{ content: string; etag: string | undefined } | undefined> {
  try {
    const { readableStreamBody, etag } = await container.getBlobClient(name).download();
    return { content: readableStreamBody === undefined ? "" : await text(readableStreamBody), etag };
  } catch (error) {
    // Only a missing blob is a first run; whatever else goes wrong must not look like one.
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

// 409: somebody made the blob since it was found missing. 412: somebody wrote it since it was read.
function refuseOverlap(name: string): (error: unknown) => never {
  return (cause) => {
    if (statusOf(cause) !== 409 && statusOf(cause) !== 412) throw cause;
    throw new LockError(`another instance moved the position in ${name} on while this one was running`, {
      remedy:
        "Let only one instance run with this storage account and STATE_CONTAINER. Nothing is lost; the next run goes on from there.",
      cause,
    });
  };
}
