import { createSecret } from "@socdefenders/shared";
import type { RunningBlobStorage } from "@socdefenders/simulator";
import type { ContainerClient } from "@azure/storage-blob";
import { openContainer } from "./container.ts";

/** A container of the storage account, as an instance of the function opens it. */
export function openIn(storage: RunningBlobStorage, container: string): Promise<ContainerClient> {
  return openContainer({ container, account: { connectionString: createSecret(storage.connectionString) } });
}

/** Text of every blob under a prefix by its name. */
export async function readAll(container: ContainerClient, prefix: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of container.listBlobsFlat({ prefix })) {
    found.set(name, (await container.getBlobClient(name).downloadToBuffer()).toString());
  }
  return found;
}
