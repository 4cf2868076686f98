import { PositionError, RebuiltError, TargetError, type PositionKey } from "@socdefenders/shared";
import { startBlobStorage, storageError, type RunningBlobStorage } from "@socdefenders/simulator";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openCheckpoints, withPositionBlob } from "./checkpoint.ts";
import { openIn, readAll } from "./state/open.test.container.ts";

let storage: RunningBlobStorage;

beforeAll(async () => {
  storage = await startBlobStorage();
}, 30_000);

afterEach(() => storage.intercept(undefined));
afterAll(() => storage.close());

const key: PositionKey = { target: "sentinel", endpoint: "https://feed.example/", collection: "all" };
const cursor = (position: string) => ({ position, addedAfter: position });
const isSave = ({ method, blob }: { method: string; blob: string }): boolean => method === "PUT" && blob.includes("/positions/");

test.each([
  ["made the first position", false],
  ["moved the position on", true],
])("a second instance that %s stops this one, whose position is not written", async (name, hasPosition) => {
  const container = await openIn(storage, `overlap-${name.length}`);
  if (hasPosition) {
    const earlier = openCheckpoints(container);
    await earlier.load(key);
    await earlier.save(key, cursor("0"));
  }
  const [one, other] = [openCheckpoints(container), openCheckpoints(container)];
  await one.load(key);
  await other.load(key);
  await other.save(key, cursor("2"));
  await expect(one.save(key, cursor("1"))).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/^another instance moved the position/) as string,
  });
  expect(await openCheckpoints(container).load(key)).toEqual(cursor("2"));
});

test("an instance that slept through the loss of its lock overwrites nothing, and the newer one goes on", async () => {
  const container = await openIn(storage, "fencing");
  const first = openCheckpoints(container);
  await first.load(key);
  await first.save(key, cursor("0"));
  const [stale, newer] = [openCheckpoints(container), openCheckpoints(container)];
  await stale.load(key);
  await newer.load(key);
  await newer.save(key, cursor("1"));
  await expect(stale.save(key, cursor("0.5"))).rejects.toMatchObject({ name: "LockError" });
  await expect(stale.save(key, cursor("0.6"))).rejects.toMatchObject({ name: "LockError" });
  await newer.save(key, cursor("2"));
  expect(await openCheckpoints(container).load(key)).toEqual(cursor("2"));
});

test("an answer that is lost on the way is not taken for another instance", async () => {
  const checkpoints = openCheckpoints(await openIn(storage, "lost-answer"));
  await checkpoints.load(key);
  for (const position of ["1", "2"]) {
    let saves = 0;
    storage.intercept(async (call, proceed) => {
      const answer = await proceed();
      return isSave(call) && (saves += 1) === 1 ? "reset" : answer;
    });
    await checkpoints.save(key, cursor(position));
    expect(saves).toBe(2);
    expect(await checkpoints.load(key)).toEqual(cursor(position));
  }
});

test("storage that never answers is an error in the end, and so is a position that is removed during the run", async () => {
  const container = await openIn(storage, "trouble");
  const checkpoints = openCheckpoints(container, 300);
  await checkpoints.load(key);
  await checkpoints.save(key, cursor("1"));
  storage.intercept(() => "hang");
  await expect(checkpoints.save(key, cursor("2"))).rejects.toThrow(/^the position cannot be saved in .*: no answer in time/);
  storage.intercept(undefined);
  for (const name of (await readAll(container, "positions/")).keys()) await container.deleteBlob(name);
  await expect(checkpoints.save(key, cursor("2"))).rejects.toThrow(/was removed during the run/);
});

test("a damaged position is an error that names the blob, not a first run", async () => {
  const container = await openIn(storage, "damaged");
  const checkpoints = openCheckpoints(container);
  await checkpoints.load(key);
  await checkpoints.save(key, cursor("1"));
  for (const name of (await readAll(container, "positions/")).keys()) await container.getBlockBlobClient(name).upload("{", 1);
  const failure = openCheckpoints(container).load(key);
  await expect(failure).rejects.toThrow(PositionError);
  await expect(failure).rejects.toThrow(/damaged\/positions\/sentinel-all-/);
});

test("a storage account that refuses is an error with the role to give, not a first run", async () => {
  const container = await openIn(storage, "refused");
  storage.intercept(() => storageError(403, "AuthorizationPermissionMismatch"));
  const failure = openCheckpoints(container).load(key);
  await expect(failure).rejects.toThrow(TargetError);
  await expect(failure).rejects.toMatchObject({
    message: expect.stringMatching(/403/) as string,
    remedy: expect.stringMatching(/Storage Blob Data Owner/) as string,
  });
});

test("advice to remove a position names the blob", async () => {
  const container = await openIn(storage, "advice");
  const rebuilt = new RebuiltError("collection all seems to have been rebuilt", { remedy: "Ask; else remove the saved position." });
  const { remedy } = withPositionBlob(rebuilt, container, key);
  expect(remedy).toMatch(
    /remove the saved position.*The position is the blob advice\/positions\/sentinel-all-[0-9a-f]{16}\.json\.$/,
  );
  const other = new TargetError("x", { remedy: "Wait." });
  expect(withPositionBlob(other, container, key)).toBe(other);
});
