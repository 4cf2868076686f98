import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readDeadLetters, retryDeadLetters, type PositionKey, type Sink } from "@socdefenders/shared";
import { readRecords, sampleBytes, startBlobStorage, storageError, type RunningBlobStorage } from "@socdefenders/simulator";
import type { ContainerClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { map } from "../mapping.ts";
import { createBlobDeadLetters } from "./dead-letters.ts";
import { openIn, readAll } from "./open.test.container.ts";

let storage: RunningBlobStorage;

beforeAll(async () => {
  storage = await startBlobStorage();
}, 30_000);

afterEach(() => storage.intercept(undefined));
afterAll(() => storage.close());

const key: PositionKey = { target: "sentinel", endpoint: "https://feed.example/", collection: "all" };

/** A state directory of the command with the downloaded blobs. */
async function download(container: ContainerClient): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sentinel-dead-letters-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, content] of await readAll(container, "dead-letters/"))
    await writeFile(join(directory, basename(name)), content);
  return directory;
}

const downloaded = async (container: ContainerClient) =>
  (await Array.fromAsync(readDeadLetters(await download(container)))).map(({ entry }) => entry);

test("dead letters of several instances are appended one a line, as the command reads them from a state directory", async () => {
  const container = await openIn(storage, "dead");
  const deadLetters = createBlobDeadLetters(container);
  await deadLetters.add(key, [{ reason: "first", content: { name: "é" } }]);
  await createBlobDeadLetters(container).add(key, [
    { reason: "second", content: 2 },
    { reason: "third", content: 3 },
  ]);
  expect(await downloaded(container)).toMatchObject([
    { target: "sentinel", collection: "all", reason: "first", content: { name: "é" } },
    { reason: "second", content: 2 },
    { reason: "third", content: 3 },
  ]);
});

test("what was refused is delivered by the command's retry of the downloaded blobs", async () => {
  const container = await openIn(storage, "retry");
  const object = readRecords(sampleBytes())[0]?.object;
  await createBlobDeadLetters(container).add(key, [{ reason: "refused", content: object, refused: { items: [0], of: 1 } }]);
  const sent: unknown[] = [];
  const sink: Sink<unknown> = {
    check: () => Promise.resolve(),
    write: (items) => (sent.push(...items), Promise.resolve([])),
    close: () => Promise.resolve(),
  };
  const targets = new Map([["sentinel", { map, filter: undefined, sink }]]);
  const directory = await download(container);
  const outcomes = await retryDeadLetters({ directory, targets, signal: new AbortController().signal });
  expect(outcomes.get("sentinel")).toMatchObject({ tried: 1, delivered: 1, kept: 0 });
  expect(sent).toMatchObject([{ IndicatorId: object?.["id"] }]);
  expect(await readdir(directory)).toEqual([]);
});

test("a page of huge refused objects is kept whole, in appends the service takes", async () => {
  const container = await openIn(storage, "huge");
  const appends: number[] = [];
  storage.intercept(({ operation, headers }, proceed) => {
    const size = Number(headers["content-length"]);
    if (operation === "appendblock") appends.push(size);
    return size > 4 * 1024 * 1024 ? storageError(413, "RequestBodyTooLarge") : proceed();
  });
  const rejected = Array.from({ length: 12 }, (_, index) => ({ reason: `number ${index}`, content: "ü".repeat(600_000) }));
  await createBlobDeadLetters(container).add(key, rejected);
  expect(appends.length).toBeGreaterThan(1);
  expect((await downloaded(container)).map((entry) => entry?.reason)).toEqual(rejected.map(({ reason }) => reason));
});

test("a blob that takes no more appends is followed by the next one", async () => {
  const container = await openIn(storage, "full");
  await createBlobDeadLetters(container).add(key, [{ reason: "first", content: 1 }]);
  storage.intercept(({ operation, blob }, proceed) =>
    operation === "appendblock" && blob.endsWith("-00000000.ndjson") ? storageError(409, "BlockCountExceedsLimit") : proceed(),
  );
  await createBlobDeadLetters(container).add(key, [{ reason: "second", content: 2 }]);
  expect((await readAll(container, "dead-letters/")).size).toBe(2);
  expect(await downloaded(container)).toMatchObject([{ reason: "first" }, { reason: "second" }]);
});
