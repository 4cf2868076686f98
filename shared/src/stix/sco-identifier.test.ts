import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { observableId } from "./sco-identifier.ts";

interface Vector {
  readonly id: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const { vectors } = JSON.parse(readFileSync(new URL("sco-identifier.test.json", import.meta.url), "utf8")) as { vectors: Vector[] };

test.each(vectors)("makes the id that python-stix2 makes: $id", ({ id, object }) => {
  expect(observableId(object)).toBe(id);
});

test("python-stix2 has made one for every type that has a deterministic id", () => {
  expect(new Set(vectors.map(({ object }) => object["type"])).size).toBe(17);
});

test.each([
  ["a process", { type: "process", pid: 1, command_line: "a" }],
  ["an object without any contributing property", { type: "file", size: 3 }],
  ["an unknown type", { type: "x-vendor-thing", value: "a" }],
  ["what is no object of STIX", { value: "a" }],
])("%s has no deterministic id", (_, object) => {
  expect(observableId(object)).toBeUndefined();
});
