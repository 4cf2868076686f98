import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { checkOut, run } from "./checkout.ts";

vi.setConfig({ testTimeout: 300_000 });

const root = fileURLToPath(new URL("../../", import.meta.url));
const workplace = mkdtempSync(join(tmpdir(), "socdefenders-first-"));
const checkout = join(workplace, "socdefenders-connectors");
// Tens of thousands of files.
afterAll(() => rm(workplace, { recursive: true, force: true }));

/** The table in the README of what each receiver counted. */
const documentedTable = (): string => /^┌[^]*?┘$/m.exec(readFileSync(join(root, "README.md"), "utf8"))?.[0] ?? "no table";

test("under two minutes from a fresh checkout: every receiver has counted what the README says", async () => {
  const started = performance.now();
  await checkOut(checkout, { install: false });
  const printed = await run("npm", ["run", "demo"], checkout);
  expect(printed).toContain(documentedTable());
  expect(performance.now() - started).toBeLessThan(120_000);

  // As somebody has it whose pnpm is on the path.
  writeFileSync(join(workplace, "pnpm"), '#!/bin/sh\nexec npx --yes pnpm@12.21.0 "$@"\n', { mode: 0o755 });
  const env = { ...process.env, PATH: `${workplace}${delimiter}${process.env["PATH"] ?? ""}` };
  await promisify(execFile)("pnpm", ["build"], { cwd: checkout, env, maxBuffer: 50_000_000 });
  const artefacts = [
    "cli/dist/socdefenders.mjs",
    "sentinel/dist/function-app.zip",
    "sentinel/dist/content.json",
    "opencti/dist/connector.mjs",
  ];
  expect(artefacts.filter((path) => !existsSync(join(checkout, "packages", path)))).toEqual([]);
});
