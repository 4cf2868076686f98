import type { ContainerClient } from "@azure/storage-blob";
import { createSecret } from "@socdefenders/shared";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBlobStorage, type RunningBlobStorage } from "./blob-storage.test.server.ts";
import { withLock } from "./lock.ts";
import { openContainer } from "./container.ts";

let storage: RunningBlobStorage;
const never = new AbortController().signal;

beforeAll(async () => {
  storage = await startBlobStorage();
});

afterAll(() => storage.close());

const open = (container: string): Promise<ContainerClient> =>
  openContainer({ container, account: { connectionString: createSecret(storage.connectionString) } });

test("one instance at a time; the lock is free again afterwards, also after a failure", async () => {
  const container = await open("lock");
  await withLock(container, never, async () => {
    const second = withLock(container, never, () => Promise.resolve());
    await expect(second).rejects.toThrow(/^another instance holds the lock/);
  });
  await expect(withLock(container, never, () => Promise.reject(new Error("work failed")))).rejects.toThrow("work failed");
  await expect(withLock(container, never, () => Promise.resolve())).resolves.toBeUndefined();
});

test("work is stopped when the lock is lost", async () => {
  const container = await open("lost");
  const working = withLock(
    container,
    never,
    (signal) => {
      const blob = storage.blobs.get("lost/lock");
      if (blob !== undefined) blob.lease = "somebody else";
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    },
    1,
  );
  await expect(working).rejects.toThrow(/^the lock of the state was lost/);
});
