import type { ContainerClient } from "@azure/storage-blob";
import { toDeadLetter, type DeadLetters } from "@socdefenders/shared";
import { orTargetError } from "./container.ts";

/** Appends one `DeadLetter` a line to an append blob a day beside the positions. Nothing is ever dropped: old days are the operator's. */
export function createBlobDeadLetters(container: ContainerClient): DeadLetters {
  return {
    async add(key, rejected) {
      const time = new Date().toISOString();
      const lines = rejected.map((entry) => `${JSON.stringify(toDeadLetter(key, entry, time))}\n`);
      // A blob takes 50,000 appends, and one page makes one append: a day is far below that.
      const name = `dead-letters/${time.slice(0, 10)}.ndjson`;
      await orTargetError(append(container, name, lines.join("")), `dead letters cannot be kept in ${name}`);
      return 0;
    },
  };
}

async function append(container: ContainerClient, name: string, content: string): Promise<void> {
  const blob = container.getAppendBlobClient(name);
  await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: "application/x-ndjson" } });
  await blob.appendBlock(content, Buffer.byteLength(content));
}
