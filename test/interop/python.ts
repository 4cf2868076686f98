import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../node_modules/.cache/python/", import.meta.url));
const howToGetIt = "get it with: apt-get install -y --no-install-recommends python3 python3-venv";

/**
 * Path of a Python interpreter that has the pinned requirements (`stix2==3.0.2`) installed, made once and kept in node_modules/.cache.
 * Packages with a command are run as `-m package`: the environment is moved into place, which breaks the scripts in its bin folder.
 */
export async function pythonEnvironment(requirements: readonly string[]): Promise<string> {
  const name = createHash("sha256").update(JSON.stringify(requirements)).digest("hex").slice(0, 16);
  const directory = join(cache, name);
  const interpreter = join(directory, "bin", "python");
  if (!existsSync(interpreter)) await install(requirements, directory);
  return interpreter;
}

/** Made beside its place and moved there whole, so that a test that asks at the same time never sees half of it. */
async function install(requirements: readonly string[], directory: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(`${directory}-`);
  try {
    await run("python3", ["-m", "venv", draft]).catch((error: unknown) => {
      throw new Error(`Python 3 with venv is missing; ${howToGetIt}`, { cause: error });
    });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", ...requirements];
    await run(join(draft, "bin", "python"), pip).catch((error: unknown) => {
      const reason = (error as { stderr?: string }).stderr?.trim() ?? String(error);
      throw new Error(`pip could not install ${requirements.join(" ")}: ${reason}`, { cause: error });
    });
    await rename(draft, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
