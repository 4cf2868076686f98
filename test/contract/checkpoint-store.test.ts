import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openTarget, parseConfig } from "@socdefenders/opencti";
import { openCheckpoints, openContainer } from "@socdefenders/sentinel/state";
import { createFileStore, createMemoryStore, createSecret, positionName, silentLogger } from "@socdefenders/shared";
import { startBlobStorage, startOpencti } from "@socdefenders/simulator";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { exampleKey, testCheckpointStore } from "./checkpoint-store.ts";

testCheckpointStore("file", () => {
  const directory = temporaryDirectory();
  return Promise.resolve({
    open: () => createFileStore(join(directory, "made", "when-needed")),
    damage: (key, text) => writeFile(join(directory, "made", "when-needed", `${positionName(key)}.json`), text),
  });
});

testCheckpointStore("memory", () => {
  const store = createMemoryStore();
  return Promise.resolve({ open: () => store });
});

test("a save that fails leaves no temporary file, and says what to do", async () => {
  const directory = temporaryDirectory();
  const name = `${positionName(exampleKey)}.json`;
  // Where a directory is in the way, the new file is written and cannot take its place.
  await mkdir(join(directory, name, "in-the-way"), { recursive: true });
  const failure = createFileStore(directory).save(exampleKey, { position: "1" });
  await expect(failure).rejects.toMatchObject({ name: "TargetError", remedy: expect.stringContaining("state directory") });
  expect(await readdir(directory)).toEqual([name]);
});

test("a state directory that cannot be made is an error with a remedy, not a crash", async () => {
  const store = createFileStore("/dev/null/state");
  await expect(store.load(exampleKey)).rejects.toMatchObject({
    name: "PositionError",
    remedy: expect.stringContaining("state_directory"),
  });
  await expect(store.save(exampleKey, { position: "1" })).rejects.toMatchObject({ name: "TargetError" });
});

let storage: Awaited<ReturnType<typeof startBlobStorage>>;
let containers = 0;

beforeAll(async () => {
  storage = await startBlobStorage();
}, 30_000);

afterAll(() => storage.close());

testCheckpointStore("Azure Blob storage", async () => {
  const account = { connectionString: createSecret(storage.connectionString) };
  const container = await openContainer({ account, container: `state-${(containers += 1)}` });
  return {
    open: () => openCheckpoints(container),
    damage: async (key, text) => {
      await container.getBlockBlobClient(`positions/${positionName(key)}.json`).upload(text, Buffer.byteLength(text));
    },
  };
});

testCheckpointStore("OpenCTI, the connector's state on the platform", async () => {
  const token = "store-opencti-token";
  const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
  const platform = await startOpencti({ token });
  onTestFinished(() => platform.close());
  const open = () => {
    const section = { url: platform.url, token, connector_id: connectorId };
    const target = openTarget(parseConfig(section, "opencti"), { log: silentLogger, userAgent: "test" });
    onTestFinished(() => target.sink.close());
    return target.checkpoints;
  };
  return {
    open,
    damage: (key, text) => {
      const record = text.startsWith("{ not") ? text : `{"schema":1,"positions":{"${positionName(key)}":${text}}}`;
      platform.putState(connectorId, record);
      return Promise.resolve();
    },
  };
});
