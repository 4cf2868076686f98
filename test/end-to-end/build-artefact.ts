import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../temporary.ts";

/** Builds a package's one-file artefact and moves it where nothing of the workspace is near. */
export function buildArtefact(name: string, artefact: string): string {
  const built = temporaryDirectory();
  execFileSync(process.execPath, ["build.ts", built], { cwd: fileURLToPath(new URL(`../../packages/${name}`, import.meta.url)) });
  const alone = join(temporaryDirectory(), artefact);
  cpSync(join(built, artefact), alone);
  return alone;
}
