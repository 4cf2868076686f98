import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const packages = new URL("../../packages/", import.meta.url);
const connectors = ["splunk", "sentinel", "opencti"];
const sixFiles = ["checkpoint.ts", "config.ts", "index.ts", "main.ts", "mapping.ts", "sink.ts"];

const sources = (name: string): string[] =>
  readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !path.includes(".test."),
  );

test.each(connectors)("%s has the six files every connector has", (name) => {
  expect(sources(name)).toEqual(expect.arrayContaining(sixFiles));
});

test.each(connectors)("%s knows the core and no other connector", (name) => {
  for (const path of sources(name)) {
    const imported = readFileSync(new URL(`${name}/src/${path}`, packages), "utf8").matchAll(/from "(@socdefenders\/[^"]+)"/g);
    expect(
      [...imported].map(([, specifier]) => specifier).filter((specifier) => !specifier?.startsWith("@socdefenders/shared")),
    ).toEqual([]);
  }
});

test("the core knows no SIEM", () => {
  const core = new URL("../../shared/src/", import.meta.url);
  for (const path of readdirSync(core, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.includes(".test."),
  )) {
    expect(readFileSync(new URL(path, core), "utf8")).not.toMatch(/from "@socdefenders\/(?!shared)/);
  }
});
