import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TargetError } from "../errors/target-error.ts";
import { parseFilterConfig } from "../filter/config.ts";
import { createFilter } from "../filter/filter.ts";
import type { Mapping, Refusal } from "../pipeline/contract.ts";
import { deterministicId } from "../stix/identifier.ts";
import { temporaryDirectory } from "../temporary.test.directory.ts";
import { createFileDeadLetters } from "./file-store.ts";
import { deadLetterFile } from "./files.ts";
import { readDeadLetters } from "./read.ts";
import { retryDeadLetters } from "./retry.ts";
import type { RetryTarget } from "./try-again.ts";

const key = { target: "splunk", endpoint: "https://feed.example/", collection: "all" };
const { signal } = new AbortController();

interface Item {
  readonly id: string;
  readonly name: string;
  readonly part: string;
}

/** Three items an object. */
const map: Mapping<Item> = ({ id, name }) => ({
  kind: "items",
  items: ["a", "b", "c"].map((part) => ({ id, name: String(name), part })),
});

const identity = (name: string) => ({
  type: "identity",
  spec_version: "2.1",
  id: deterministicId("identity", { name }),
  created: "2026-05-01T00:00:00Z",
  modified: "2026-05-01T00:00:00Z",
  name,
});

function target(answer: (items: readonly Item[]) => readonly Refusal<Item>[] = () => []) {
  const written: string[] = [];
  const retried: RetryTarget = {
    map,
    filter: undefined,
    sink: {
      check: () => Promise.resolve(),
      close: () => Promise.resolve(),
      write(items) {
        const refusals = answer(items as readonly Item[]);
        written.push(...(items as readonly Item[]).map(({ name, part }) => `${name} ${part}`));
        return Promise.resolve(refusals);
      },
    },
  };
  return { retried, written };
}

async function left(directory: string): Promise<readonly unknown[]> {
  return (await Array.fromAsync(readDeadLetters(directory))).map(({ entry, text }) => entry ?? text);
}

test("the refused items alone are sent; what was unreadable is read anew and sent whole; both are gone then", async () => {
  const directory = temporaryDirectory();
  await createFileDeadLetters(directory).add(key, [
    { reason: "refused", content: identity("one"), refused: { items: [0, 2], of: 3 } },
    { reason: "not a STIX object", content: identity("two") },
  ]);
  const { retried, written } = target();
  const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
  expect(outcomes.get("splunk")).toEqual({ tried: 2, delivered: 2, skipped: 0, kept: 0, repeated: 0 });
  expect(written).toEqual(["one a", "one c", "two a", "two b", "two c"]);
  expect(await left(directory)).toEqual([]);
});

test.each([
  ["another number of items", { items: [1], of: 2 }, key],
  ["another filter", { items: [1], of: 3 }, { ...key, filter: "former" }],
])("with %s than then, all of the object is sent", async (_, refused, keyThen) => {
  const directory = temporaryDirectory();
  await createFileDeadLetters(directory).add(keyThen, [{ reason: "refused", content: identity("one"), refused }]);
  const { retried, written } = target();
  await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
  expect(written).toEqual(["one a", "one b", "one c"]);
});

test("what fails again stays, with the new reason, one more attempt and only what was refused this time", async () => {
  const directory = temporaryDirectory();
  await createFileDeadLetters(directory).add(key, [
    { reason: "first refusal", content: identity("one"), refused: { items: [0, 1], of: 3 } },
    { reason: "unreadable then", content: { no: "STIX" } },
  ]);
  const { retried } = target((items) => [{ item: items[1]!, reason: "second refusal" }]);
  const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
  expect(outcomes.get("splunk")).toEqual({ tried: 2, delivered: 0, skipped: 0, kept: 2, repeated: 0 });
  expect(await left(directory)).toMatchObject([
    { reason: "second refusal", attempts: 2, refused: { items: [1], of: 3 }, content: identity("one") },
    { reason: expect.stringContaining("not a STIX object"), attempts: 2, content: { no: "STIX" } },
  ]);
});

test("what today's filter holds back is gone and counted", async () => {
  const directory = temporaryDirectory();
  const content = {
    type: "indicator",
    id: "indicator--00000000-0000-4000-8000-000000000001",
    valid_from: "2026-05-01T00:00:00Z",
    pattern: "[ipv4-addr:value = '10.0.0.1']",
  };
  await createFileDeadLetters(directory).add(key, [{ reason: "unreadable then", content }]);
  const { retried, written } = target();
  const filter = createFilter(parseFilterConfig({}));
  const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", { ...retried, filter }]]), signal });
  expect(outcomes.get("splunk")).toMatchObject({ tried: 1, skipped: 1 });
  expect([written, await left(directory)]).toEqual([[], []]);
});

test("a target that fails keeps every entry, and another one is served nevertheless", async () => {
  const directory = temporaryDirectory();
  const deadLetters = createFileDeadLetters(directory);
  for (const name of ["splunk", "sentinel"]) {
    await deadLetters.add({ ...key, target: name }, [{ reason: "refused", content: identity(name) }]);
  }
  const failing = target(() => {
    throw new TargetError("down", { remedy: "Wait." });
  }).retried;
  const targets = new Map([
    ["splunk", failing],
    ["sentinel", target().retried],
  ]);
  const outcomes = await retryDeadLetters({ directory, targets, signal });
  expect(outcomes.get("splunk")).toMatchObject({ tried: 0, failure: { message: "down" } });
  expect(outcomes.get("sentinel")).toMatchObject({ delivered: 1 });
  expect(await left(directory)).toMatchObject([{ target: "splunk", attempts: 1 }]);
});

test("entries of others, unchosen ones, those kept in part and damaged lines stay as they are", async () => {
  const directory = temporaryDirectory();
  const deadLetters = createFileDeadLetters(directory);
  await deadLetters.add({ ...key, target: "former" }, [{ reason: "refused", content: identity("other") }]);
  await deadLetters.add(key, [
    { reason: "unchosen", content: identity("unchosen") },
    { reason: "chosen", content: identity("chosen") },
    { reason: "chosen", content: { ...identity("large"), name: "x".repeat(2_000_000) } },
  ]);
  await appendFile(join(directory, deadLetterFile), "{ damaged\n");
  const before = await left(directory);
  const { retried, written } = target();
  const isChosen = ({ reason }: { reason: string }): boolean => reason === "chosen";
  await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), isChosen, signal });
  expect(written).toEqual(["chosen a", "chosen b", "chosen c"]);
  expect(await left(directory)).toEqual(before.filter((_, place) => place !== 2));
});

test("a retry that is stopped half-way has removed what was delivered and nothing else", async () => {
  const directory = temporaryDirectory();
  const contents = Array.from({ length: 450 }, (_, number) => ({ reason: "refused", content: identity(String(number)) }));
  await createFileDeadLetters(directory).add(key, contents);
  const stop = new AbortController();
  let writes = 0;
  const { retried, written } = target(() => {
    writes += 1;
    if (writes === 2) stop.abort(new Error("stopped"));
    return [];
  });
  const retrying = retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal: stop.signal });
  await expect(retrying).rejects.toThrow("stopped");
  expect([written.length, (await left(directory)).length]).toEqual([1200, 50]);
});

test("what a page that was read twice left twice is sent once, also where it lies in two files", async () => {
  const directory = temporaryDirectory();
  const deadLetters = createFileDeadLetters(directory, { fileBytes: 100, files: 4 });
  const rejected = { reason: "refused", content: identity("one"), refused: { items: [0], of: 3 } };
  await deadLetters.add(key, [rejected, rejected]);
  await deadLetters.add(key, [rejected]);
  const { retried, written } = target();
  const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
  expect(outcomes.get("splunk")).toMatchObject({ tried: 1, delivered: 1, repeated: 2 });
  expect([written, await left(directory)]).toEqual([["one a"], []]);
});

test("what another process appends meanwhile stays", async () => {
  const directory = temporaryDirectory();
  await createFileDeadLetters(directory).add(key, [{ reason: "refused", content: identity("one") }]);
  const { retried } = target();
  const sink = {
    ...retried.sink,
    async write() {
      await createFileDeadLetters(directory).add(key, [{ reason: "refused", content: identity("meanwhile") }]);
      return [];
    },
  };
  await retryDeadLetters({ directory, targets: new Map([["splunk", { ...retried, sink }]]), signal });
  expect(await left(directory)).toMatchObject([{ content: identity("meanwhile") }]);
});

test("content with line separators, which a JSON text may hold, is one entry to whoever reads it, and stays one", async () => {
  const directory = temporaryDirectory();
  const contents = [identity("one"), identity("first\u2028second\u2029third")];
  await createFileDeadLetters(directory).add(
    key,
    contents.map((content) => ({ reason: "refused", content })),
  );
  expect(await left(directory)).toMatchObject(contents.map((content) => ({ content })));
  const { retried } = target((items) => items.filter(({ name }) => name !== "one").map((item) => ({ item, reason: "again" })));
  await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
  expect(await left(directory)).toMatchObject([{ content: contents[1], reason: "again" }]);
});

test("an object that cannot be mapped stays with what it lacked, and the others go on", async () => {
  const directory = temporaryDirectory();
  const refused = { items: [1], of: 3 };
  await createFileDeadLetters(directory).add(
    key,
    ["one", "bad", "two"].map((name) => ({ reason: "refused", content: identity(name), refused })),
  );
  const { retried, written } = target();
  const failing: Mapping<Item> = (object, context) => {
    if (object["name"] === "bad") throw new TypeError("boom");
    return map(object, context);
  };
  const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", { ...retried, map: failing }]]), signal });
  expect(outcomes.get("splunk")).toMatchObject({ tried: 3, delivered: 2, kept: 1 });
  expect(written).toEqual(["one b", "two b"]);
  expect(await left(directory)).toMatchObject([
    { content: identity("bad"), reason: "cannot be mapped: boom", attempts: 2, refused },
  ]);
});

test.each([100, 1_000_000])(
  "two entries of one object send its items once after a change of the filter (files of %i)",
  async (fileBytes) => {
    const directory = temporaryDirectory();
    const deadLetters = createFileDeadLetters(directory, { fileBytes, files: 4 });
    for (const place of [0, 1]) {
      const rejected = { reason: `reason ${place}`, content: identity("one"), refused: { items: [place], of: 3 } };
      await deadLetters.add({ ...key, filter: "former" }, [rejected]);
    }
    const { retried, written } = target((items) =>
      items.filter(({ part }) => part === "c").map((item) => ({ item, reason: "third" })),
    );
    const outcomes = await retryDeadLetters({ directory, targets: new Map([["splunk", retried]]), signal });
    expect(written).toEqual(["one a", "one b", "one c"]);
    expect(outcomes.get("splunk")).toMatchObject({ tried: 1, kept: 1, repeated: 1 });
    expect(await left(directory)).toMatchObject([{ reason: "third", refused: { items: [2], of: 3 } }]);
  },
);
