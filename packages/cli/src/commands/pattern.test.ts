import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@socdefenders/shared";
import { expect, onTestFinished, test } from "vitest";
import type { Terminal } from "../terminal/terminal.ts";
import { pattern } from "./pattern.ts";

async function linesFor(input: string, file?: string): Promise<unknown[]> {
  let printed = "";
  const terminal: Terminal = {
    print: async (text) => void (printed += text),
    readInput: async () => Buffer.from(input),
    log: silentLogger,
    progress: undefined,
    environment: {},
    signal: new AbortController().signal,
  };
  await pattern(file, terminal);
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

const ipv4 = { type: "ipv4", value: "198.51.100.3", path: "ipv4-addr:value", partial: false };

test("one line out for each pattern, as text or as a JSON string; blank lines are ignored", async () => {
  const plain = "[ipv4-addr:value = '198.51.100.3']";
  expect(
    await linesFor(`\uFEFF${plain}\r\n\n  \n${JSON.stringify(plain)}\n${JSON.stringify("[ipv4-addr:value\n= '198.51.100.3']")}`),
  ).toEqual([
    { valid: true, logic: "single", exact: true, observables: [ipv4] },
    { valid: true, logic: "single", exact: true, observables: [ipv4] },
    { valid: true, logic: "single", exact: true, observables: [ipv4] },
  ]);
});

test("what is no pattern is a result with the place of the error", async () => {
  expect(await linesFor('[a:b = ]\n"[a:b"x\n')).toEqual([
    { valid: false, error: 'expected a literal, found "]"', position: 7 },
    { valid: false, error: 'expected [ or (, found """', position: 0 },
  ]);
});

test("a hash of the wrong length is valid, with a warning", async () => {
  const warning = "file:hashes.MD5: no observable from a value that is not 32 hexadecimal digits";
  expect(await linesFor("[file:hashes.MD5 = 'abc']")).toEqual([
    { valid: true, logic: "single", exact: false, observables: [], warning },
  ]);
});

test("more lines than are printed at once, from a file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pattern-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "patterns.txt");
  await writeFile(file, "[a:b = 1]\n".repeat(2500));
  expect(await linesFor("", file)).toHaveLength(2500);
});

test("a file that cannot be read is a usage error", async () => {
  await expect(linesFor("", "/nowhere/patterns.txt")).rejects.toMatchObject({ exitCode: 2 });
});
