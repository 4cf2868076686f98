import { execFile } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const made = new Set(["node_modules", "dist", "coverage", ".git", ".vitest"]);
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly packageManager: string };

/** A program's standard output; one that fails is an error with what it printed. */
export async function run(program: string, args: readonly string[], directory: string): Promise<string> {
  const { stdout } = await execute(program, args, { cwd: directory, maxBuffer: 50_000_000 });
  return stdout;
}

const pnpm = (args: readonly string[], directory: string): Promise<string> =>
  run("npx", ["--yes", packageManager, ...args], directory);

/** The sources as a second checkout in another place, installed from the lockfile unless asked not to; nothing that was built comes with them. */
export async function checkOut(directory: string, { install = true } = {}): Promise<void> {
  cpSync(root, directory, {
    recursive: true,
    filter: (path) =>
      !relative(root, path)
        .split("/")
        .some((name) => made.has(name)),
  });
  if (install) await pnpm(["install", "--frozen-lockfile", "--prefer-offline"], directory);
}
