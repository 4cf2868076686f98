import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

/** Builds the packaged command once, into a directory of its own. */
export default function setup({ provide }: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-packaged-"));
  execFileSync(process.execPath, [fileURLToPath(new URL("../../packages/cli/build.ts", import.meta.url)), directory]);
  provide("command", join(directory, "socdefenders.mjs"));
  return () => rmSync(directory, { recursive: true, force: true });
}
