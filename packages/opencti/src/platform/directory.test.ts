import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TargetError } from "@socdefenders/shared";
import { beforeEach, expect, test } from "vitest";
import { createDirectoryTransport } from "./directory.ts";
import { combine } from "./transport.ts";

const { signal } = new AbortController();
const work = {
  id: "work",
  expect: () => Promise.resolve(),
  withdraw: () => undefined,
  isAlive: () => Promise.resolve(true),
  finish: () => Promise.resolve(true),
};
const delivery = { id: "bundle--1", objects: [{ type: "indicator", id: "indicator--1" }], work };
const now = Date.parse("2026-11-21T10:00:00Z");

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "socdefenders-directory-"));
  return () => rm(path, { recursive: true, force: true });
});

const open = (change: { path?: string; retentionDays?: number } = {}) =>
  createDirectoryTransport(
    {
      path,
      retentionDays: 7,
      connectorId: "connector",
      connectorName: "SOC Defenders",
      connectorScope: ["indicator"],
      applicant: "user",
      ...change,
    },
    () => now,
  );

test("each bundle is one file, as the import of directories reads it", async () => {
  const transport = open();
  expect(await transport.send(delivery, signal)).toEqual([]);
  expect(await transport.send(delivery, signal)).toEqual([]);
  const names = await readdir(path);
  expect(names).toHaveLength(2);
  for (const name of names) expect(name).toMatch(/^soc_defenders-20261121-100000-[0-9a-f]{8}\.json$/);
  expect(JSON.parse(await readFile(join(path, names[0] ?? ""), "utf8"))).toEqual({
    bundle_type: "DIRECTORY_BUNDLE",
    applicant_id: "user",
    connector: {
      id: "connector",
      name: "SOC Defenders",
      type: "EXTERNAL_IMPORT",
      scope: ["indicator"],
      auto: false,
      validate_before_import: false,
    },
    entities_types: [],
    bundle: { type: "bundle", id: "bundle--1", spec_version: "2.1", objects: delivery.objects },
    update: false,
  });
});

test.each([
  [7, ["other-20200101-000000-00000000.json", "soc_defenders-20261116-000000-00000000.json", "soc_defenders-notes.json"]],
  [
    0,
    [
      "other-20200101-000000-00000000.json",
      "soc_defenders-20200101-000000-00000000.json",
      "soc_defenders-20261116-000000-00000000.json",
      "soc_defenders-notes.json",
    ],
  ],
])("after %i days this connector's own files go, and no others", async (retentionDays, kept) => {
  const days: Readonly<Record<string, number>> = {
    "other-20200101-000000-00000000.json": 1000,
    "soc_defenders-notes.json": 1000,
    "soc_defenders-20200101-000000-00000000.json": 1000,
    "soc_defenders-20261116-000000-00000000.json": 5,
  };
  for (const [name, age] of Object.entries(days)) {
    await writeFile(join(path, name), "{}");
    await utimes(join(path, name), now / 1000, now / 1000 - age * 86_400);
  }
  await open({ retentionDays }).send(delivery, signal);
  expect((await readdir(path)).filter((name) => name in days).toSorted()).toEqual(kept);
});

test("files that somebody else takes away while they expire fail no page", async () => {
  const names = Array.from({ length: 50 }, (_, index) => `soc_defenders-20200101-000000-000000${index + 10}.json`);
  for (const name of names) {
    await writeFile(join(path, name), "{}");
    await utimes(join(path, name), 0, 0);
  }
  await Promise.all([open(), open(), open()].map((transport) => transport.send(delivery, signal)));
  expect(await readdir(path)).toHaveLength(3);
});

test("a directory that is not there fails the page, with advice", async () => {
  const failure = await open({ path: join(path, "missing") })
    .send(delivery, signal)
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({ remedy: expect.stringContaining("CONNECTOR_SEND_TO_DIRECTORY_PATH") });
});

test("several ways are taken in order, and what each gives back is given back once", async () => {
  const taken: string[] = [];
  const way = (name: string) => ({
    send: () => {
      taken.push(name);
      return Promise.resolve([{ id: "indicator--1", reason: name }]);
    },
    close: () => Promise.resolve(void taken.push(`${name} closed`)),
  });
  const both = combine([way("directory"), way("queue")]);
  expect(await both.send(delivery, signal)).toEqual([{ id: "indicator--1", reason: "queue" }]);
  await both.close();
  expect(taken).toEqual(["directory", "queue", "directory closed", "queue closed"]);
});
