import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "@socdefenders/release";

// The connector as one file that needs Node and nothing else; readable on purpose, since operators may want to read what they run.
// `node build.ts [DIRECTORY]` writes it there, into `dist` by default.
const output = process.argv[2] ?? join(import.meta.dirname, "dist");
const outfile = join(output, "connector.mjs");
const { code, licences, billOfMaterials } = await bundle(import.meta.dirname, { name: "socdefenders-opencti" });

await mkdir(output, { recursive: true });
await writeFile(outfile, code);
await writeFile(join(output, "connector.cdx.json"), billOfMaterials);
await writeFile(join(output, "THIRD-PARTY-LICENSES.txt"), licences);
await smokeRun();
console.log(`connector.mjs: ${Math.round(code.length / 1024)} KiB`);

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
