import { createHash } from "node:crypto";
import { appendFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSecret } from "../config/secret.ts";
import { temporaryDirectory } from "../temporary.test.directory.ts";
import type { DeadLetter } from "./entry.ts";
import { createFileDeadLetters } from "./file-store.ts";
import { deadLetterFile } from "./files.ts";
import { readDeadLetters } from "./read.ts";

const key = { target: "splunk", endpoint: "https://feed.example/", collection: "all", filter: "f00" };

async function entriesOf(directory: string): Promise<readonly (DeadLetter | undefined)[]> {
  return (await Array.fromAsync(readDeadLetters(directory))).map(({ entry }) => entry);
}

async function numbersIn(directory: string): Promise<readonly number[]> {
  return (await entriesOf(directory)).flatMap((entry) =>
    entry === undefined ? [] : [(entry.content as { number: number }).number],
  );
}

test("an entry says what, where, why and how often, and is for its owner's eyes", async () => {
  const directory = join(temporaryDirectory(), "new");
  const content = { type: "indicator", name: "é" };
  await createFileDeadLetters(directory).add(key, [{ reason: "refused", content, refused: { items: [1], of: 3 } }]);
  expect(await entriesOf(directory)).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      target: "splunk",
      collection: "all",
      filter: "f00",
      reason: "refused",
      attempts: 1,
      sha256: createHash("sha256").update(JSON.stringify(content)).digest("hex"),
      refused: { items: [1], of: 3 },
      content,
    },
  ]);
  expect((await stat(join(directory, deadLetterFile))).mode & 0o777).toBe(0o600);
});

test("what is too large is kept in part, with its whole size and the digest of the whole", async () => {
  const directory = temporaryDirectory();
  const content = { name: "x".repeat(2_000_000) };
  const text = JSON.stringify(content);
  await createFileDeadLetters(directory).add(key, [{ reason: "large", content }]);
  const [entry] = await entriesOf(directory);
  expect(entry).toMatchObject({
    content: text.slice(0, 256 * 1024),
    content_cut_from: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  });
});

test("targets that append at the same time lose nothing, files turn over, and what had to go is counted", async () => {
  const directory = temporaryDirectory();
  const deadLetters = createFileDeadLetters(directory, { fileBytes: 4000, files: 3 });
  const additions = Array.from({ length: 60 }, (_, number) =>
    deadLetters.add({ ...key, target: `target ${number % 2}` }, [{ reason: "bad", content: { number } }]),
  );
  const dropped = (await Promise.all(additions)).reduce((sum, count) => sum + count, 0);
  const numbers = await numbersIn(directory);
  expect(dropped).toBeGreaterThan(0);
  expect(numbers.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: 60 - dropped }, (_, place) => dropped + place),
  );
  const files = await readdir(directory);
  expect(files).toHaveLength(3);
  for (const file of files) expect((await stat(join(directory, file))).size).toBeLessThan(5000);
});

test("several writers of one directory turn files over without losing an entry", async () => {
  const directory = temporaryDirectory();
  const writers = Array.from({ length: 4 }, () => createFileDeadLetters(directory, { fileBytes: 1500, files: 1000 }));
  await Promise.all(
    Array.from({ length: 80 }, (_, number) => writers[number % 4]!.add(key, [{ reason: "bad", content: { number } }])),
  );
  const numbers = await numbersIn(directory);
  expect(new Set(numbers).size).toBe(80);
  expect(numbers).toHaveLength(80);
});

test("an entry after a line that a crash cut is whole, and the cut line is told apart", async () => {
  const directory = temporaryDirectory();
  const deadLetters = createFileDeadLetters(directory);
  await deadLetters.add(key, [{ reason: "first", content: 1 }]);
  await appendFile(join(directory, deadLetterFile), '{"id":"cut');
  await deadLetters.add(key, [{ reason: "second", content: 2 }]);
  expect((await entriesOf(directory)).map((entry) => entry?.reason)).toEqual(["first", undefined, "second"]);
});

test("a directory that cannot be written is an error with advice, and the next call is served", async () => {
  const directory = join(temporaryDirectory(), "file");
  await appendFile(directory, "");
  const deadLetters = createFileDeadLetters(directory);
  for (const _ of [1, 2]) {
    await expect(deadLetters.add(key, [{ reason: "bad", content: 1 }])).rejects.toMatchObject({
      name: "TargetError",
      remedy: expect.stringContaining("state directory"),
    });
  }
});

test("a credential that a server sends back is not kept; what the feed writes about secrets is", async () => {
  const directory = temporaryDirectory();
  createSecret("sk_live_0123456789abcdef");
  createSecret("hunter2");
  const content = { "x sk_live_0123456789abcdef": ['a "sk_live_0123456789abcdef"', 7], pattern: "https://h/?token=hunter2" };
  await createFileDeadLetters(directory).add(key, [{ reason: "echo", content }]);
  const [entry] = await entriesOf(directory);
  expect(entry?.content).toEqual({ "x [redacted]": ['a "[redacted]"', 7], pattern: content.pattern });
});
