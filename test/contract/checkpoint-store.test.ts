import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { opencti } from "@socdefenders/opencti";
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

test("a save that fails leaves no temporary file and the old position", async () => {
  const directory = temporaryDirectory();
  const store = createFileStore(directory);
  await store.save(exampleKey, { position: "1" });
  const unserialisable = {
    position: "2",
    get later(): never {
      throw new Error("cannot be written");
    },
  };
  await expect(store.save(exampleKey, unserialisable)).rejects.toThrow("cannot be written");
  expect(await readdir(directory)).toEqual([`${positionName(exampleKey)}.json`]);
  expect((await store.load(exampleKey))?.position).toBe("1");
});

testCheckpointStore("OpenCTI, the connector's state on the platform", async () => {
  const token = "store-opencti-token";
  const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
  const platform = await startOpencti({ token });
  onTestFinished(() => platform.close());
  const open = () => {
    const section = { url: platform.url, token, connector_id: connectorId };
    const target = opencti.open(opencti.parseConfig(section, "opencti"), { log: silentLogger, userAgent: "test" });
    onTestFinished(() => target.sink.close());
    if (target.checkpoints === undefined) throw new Error("OpenCTI keeps its own position");
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
