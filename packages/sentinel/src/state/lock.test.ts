import { LockError } from "@socdefenders/shared";
import { startBlobStorage, storageError, type RunningBlobStorage } from "@socdefenders/simulator";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withLock, type LockTimes } from "./lock.ts";
import { openIn } from "./open.test.container.ts";

let storage: RunningBlobStorage;

beforeAll(async () => {
  storage = await startBlobStorage();
}, 30_000);

afterEach(() => storage.intercept(undefined));
afterAll(() => storage.close());

const quick: LockTimes = { renewalMs: 1, retryMs: 1, patienceMs: 60_000 };
const impatient: LockTimes = { ...quick, patienceMs: 200 };
const nothing = (): Promise<void> => Promise.resolve();

/** Work that ends only by the loss of the lock. */
const untilLost = (lost: AbortSignal): Promise<void> =>
  new Promise((_, reject) => lost.addEventListener("abort", () => reject(lost.reason as Error)));

/** Calls `answer` for every renewal instead of Azurite, counted from 1; undefined lets it through. */
function interceptRenewals(answer: (renewal: number) => ReturnType<typeof storageError> | "hang" | undefined): void {
  let renewals = 0;
  storage.intercept(({ headers }, proceed) => {
    if (headers["x-ms-lease-action"] !== "renew") return proceed();
    renewals += 1;
    return answer(renewals) ?? proceed();
  });
}

test("one instance at a time; the lock is free again afterwards, also after a failure", async () => {
  const container = await openIn(storage, "lock");
  await withLock(container, async () => {
    await expect(withLock(container, nothing)).rejects.toMatchObject({
      name: "LockError",
      message: expect.stringMatching(/^another instance holds the lock/) as string,
    });
  });
  await expect(withLock(container, () => Promise.reject(new Error("work failed")))).rejects.toThrow("work failed");
  await expect(withLock(container, nothing)).resolves.toBeUndefined();
});

test("of many that start at once one works", async () => {
  const container = await openIn(storage, "race");
  let working = 0;
  const release = Promise.withResolvers<void>();
  const work = (): Promise<void> => {
    working += 1;
    return release.promise;
  };
  const refused: unknown[] = [];
  const runs = Array.from({ length: 5 }, () => withLock(container, work).catch((error: unknown) => refused.push(error)));
  // The other four have been told no before the one that works ends.
  await expect.poll(() => refused.length).toBe(4);
  release.resolve();
  await Promise.all(runs);
  expect(refused.every((error) => error instanceof LockError)).toBe(true);
  expect(working).toBe(1);
});

test("the lock stays where renewals fail for a while, and is renewed again", async () => {
  const container = await openIn(storage, "transient");
  const renewed = Promise.withResolvers<void>();
  interceptRenewals((renewal) => {
    if (renewal > 8) renewed.resolve();
    return renewal < 8 ? storageError(403, "Simulated") : undefined;
  });
  await withLock(container, () => renewed.promise, quick);
  await expect(withLock(container, nothing)).resolves.toBeUndefined();
});

test.each([
  ["another instance has taken it", () => storageError(409, "LeaseIdMismatchWithLeaseOperation"), quick],
  ["its blob is gone", () => storageError(404, "BlobNotFound"), quick],
  ["renewals go on failing", () => storageError(403, "Simulated"), impatient],
  ["a renewal is never answered", () => "hang" as const, impatient],
])("work is stopped when %s", async (name, answer, times) => {
  const container = await openIn(storage, `lost-${name.length}`);
  interceptRenewals(answer);
  await expect(withLock(container, untilLost, times)).rejects.toThrow(/^the lock of the state was lost/);
});

test("a lease without an end, which the function never takes, is an error with the way out", async () => {
  const container = await openIn(storage, "infinite");
  await withLock(container, nothing);
  await container.getBlobClient("lock").getBlobLeaseClient().acquireLease(-1);
  await expect(withLock(container, nothing)).rejects.toMatchObject({
    name: "TargetError",
    remedy: expect.stringMatching(/az storage blob lease break/) as string,
  });
});
