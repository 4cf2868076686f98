import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

/** Builds the packaged command and the OpenCTI connector once, into a directory of its own. */
export default function setup({ provide }: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-packaged-"));
  for (const name of ["cli", "opencti"]) {
    execFileSync(process.execPath, [fileURLToPath(new URL(`../../packages/${name}/build.ts`, import.meta.url)), directory]);
  }
  provide("command", join(directory, "socdefenders.mjs"));
  provide("connector", join(directory, "connector.mjs"));
  provide("compileCache", join(directory, "compile-cache"));
  return () => rmSync(directory, { recursive: true, force: true });
}
