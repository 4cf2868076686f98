import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

// The connector as one file that needs Node and nothing else; readable on purpose, since operators may want to read what they run.
// `node build.ts [DIRECTORY]` writes it there, into `dist` by default.
const entry = join(import.meta.dirname, "src/main.ts");
const outfile = join(process.argv[2] ?? join(import.meta.dirname, "dist"), "connector.mjs");

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  minify: false,
  legalComments: "linked",
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
await smokeRun();
console.log(`connector.mjs: ${Math.round((await stat(outfile)).size / 1024)} KiB`);

/** Alone in an empty directory and without settings it must name them and leave with the exit code of a wrong configuration. */
async function smokeRun(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-opencti-"));
  try {
    await copyFile(outfile, join(directory, "connector.mjs"));
    const { status, stderr } = spawnSync(process.execPath, ["connector.mjs"], { cwd: directory, env: {}, encoding: "utf8" });
    if (status !== 2 || !stderr.includes("OPENCTI_URL"))
      throw new Error(`the bundle does not run alone: exit code ${status}\n${stderr}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
