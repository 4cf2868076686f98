import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { runCommand, start } from "./command.ts";

test("simulate --with serves a feed of that kind, and its configuration reads it", async () => {
  const switches = [
    "collections=guide",
    "accepts=basic",
    "api-root=relative",
    "container=envelope",
    "redirect-to-stranger=2@objects",
  ];
  const simulation = start(["simulate", ...switches.flatMap((text) => ["--with", text])]);
  onTestFinished(() => void simulation.process.kill());
  const config = join(temporaryDirectory(), "config.yaml");
  let printed = "";
  for await (const chunk of simulation.process.stdout!) {
    printed += String(chunk);
    if (printed.includes("queue_protocol")) break;
  }
  writeFileSync(config, printed);
  const { stdout, log } = await runCommand(["collections", config, "--json"]);
  expect(log).toEqual([]);
  expect(stdout.split("\n").filter(Boolean)).toHaveLength(4);
  const pulled = await runCommand(["pull", config, "--collection", "all-iocs"]);
  expect(pulled.code).toBe(3);
  expect(pulled.log.at(-1)?.message).toContain("https://stranger.example, which must not see the key");
});

test("simulate --with list explains every switch, on standard output and without starting anything", async () => {
  const { code, stdout } = await runCommand(["simulate", "--with", "list"]);
  expect(code).toBe(0);
  expect(stdout).toContain("container=bundle|envelope");
  expect(stdout).toContain("reset-in-body=WHEN[@WHERE]");
});

test("an unknown switch is a usage error with the nearest name", async () => {
  const { code, log } = await runCommand(["simulate", "--with", "contaner=bundle"]);
  expect(code).toBe(2);
  expect(log.at(-1)?.message).toBe("--with no switch contaner (did you mean container?)");
});
