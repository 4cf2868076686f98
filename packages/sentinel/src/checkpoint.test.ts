import { createSecret, PositionError, TargetError, type PositionKey } from "@socdefenders/shared";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBlobStorage, type RunningBlobStorage } from "./state/blob-storage.test.server.ts";
import { openCheckpoints } from "./checkpoint.ts";
import { createBlobDeadLetters } from "./state/dead-letters.ts";
import { openContainer } from "./state/container.ts";

let storage: RunningBlobStorage;

beforeAll(async () => {
  storage = await startBlobStorage();
});

afterAll(() => storage.close());

const key: PositionKey = { target: "sentinel", endpoint: "https://feed.example/", collection: "all" };
const cursor = (position: string) => ({ position, addedAfter: position });
const open = (container: string) =>
  openContainer({ container, account: { connectionString: createSecret(storage.connectionString) } });

test("a first run has no position; a saved one is loaded as it was, also by the next process", async () => {
  const container = await open("round-trip");
  const checkpoints = openCheckpoints(container);
  expect(await checkpoints.load(key)).toBeUndefined();
  await checkpoints.save(key, cursor("1"));
  await checkpoints.save(key, cursor("2"));
  expect(await openCheckpoints(await open("round-trip")).load(key)).toEqual(cursor("2"));
  expect(await checkpoints.load({ ...key, collection: "other" })).toBeUndefined();
});

test.each([
  ["made the first position", false],
  ["moved the position on", true],
])("a second instance that %s stops this one", async (name, hasPosition) => {
  const container = await open(`overlap-${name.length}`);
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

test("a damaged position is an error that names the blob, not a first run", async () => {
  const container = await open("damaged");
  const checkpoints = openCheckpoints(container);
  await checkpoints.load(key);
  await checkpoints.save(key, cursor("1"));
  for (const [name, blob] of storage.blobs) if (name.startsWith("damaged/")) blob.content = "{";
  const failure = openCheckpoints(container).load(key);
  await expect(failure).rejects.toThrow(PositionError);
  await expect(failure).rejects.toThrow(/damaged\/positions\/sentinel-all-/);
});

test("a storage account that refuses is an error with the role to give, not a first run", async () => {
  const container = await open("refused");
  storage.fail(403);
  const failure = openCheckpoints(container).load(key);
  await expect(failure).rejects.toThrow(TargetError);
  await expect(failure).rejects.toMatchObject({
    message: expect.stringMatching(/403/) as string,
    remedy: expect.stringMatching(/Storage Blob Data Owner/) as string,
  });
  storage.fail(undefined);
});

test("dead letters are appended one a line", async () => {
  const deadLetters = createBlobDeadLetters(await open("dead"));
  await deadLetters.add(key, [{ reason: "first", content: { name: "é" } }]);
  await deadLetters.add(key, [
    { reason: "second", content: 2 },
    { reason: "third", content: 3 },
  ]);
  const [[, blob] = []] = [...storage.blobs].filter(([name]) => name.startsWith("dead/dead-letters/"));
  const lines = blob?.content
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { target: "sentinel", collection: "all", reason: "first", content: { name: "é" } },
    { reason: "second", content: 2 },
    { reason: "third", content: 3 },
  ]);
});
