import type { ContainerClient } from "@azure/storage-blob";
import { timeLimit } from "./container.ts";

/** Appends lines to an append blob, which is made where it is missing: several processes may do so at once, and none overwrites another. */
export async function appendLines(container: ContainerClient, name: string, lines: string): Promise<void> {
  const blob = container.getAppendBlobClient(name);
  await blob.createIfNotExists({ ...timeLimit(), blobHTTPHeaders: { blobContentType: "application/x-ndjson" } });
  await blob.appendBlock(lines, Buffer.byteLength(lines), timeLimit());
}
