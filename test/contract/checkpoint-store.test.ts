import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore, createMemoryStore, positionName } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { exampleKey, testCheckpointStore } from "./checkpoint-store.ts";

const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), "socdefenders-store-"));

testCheckpointStore("file", async () => {
  const directory = await temporaryDirectory();
  return {
    open: () => createFileStore(join(directory, "made", "when-needed")),
    damage: (key, text) => writeFile(join(directory, "made", "when-needed", `${positionName(key)}.json`), text),
  };
});

testCheckpointStore("memory", () => {
  const store = createMemoryStore();
  return Promise.resolve({ open: () => store });
});

test("a save that fails leaves no temporary file and the old position", async () => {
  const directory = await temporaryDirectory();
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
