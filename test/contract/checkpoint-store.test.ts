import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openTarget, parseConfig } from "@socdefenders/opencti";
import { createFileStore, createMemoryStore, positionName, silentLogger } from "@socdefenders/shared";
import { startOpencti } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
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
