import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

// Builds and packs everything, and puts what a release is made of into one directory, with its checksums:
// `node build-release.ts [DIRECTORY] [--tag v1.2.3]`, by default dist/release. A tag that is not the version of the packages ends it.
const root = join(import.meta.dirname, "../..");
const { packageManager } = readJson("package.json");
const { version } = readJson("packages/cli/package.json");
const { positionals, values } = parseArgs({ allowPositionals: true, options: { tag: { type: "string" } } });
const output = resolve(positionals[0] ?? join(root, "dist/release"));

if (values.tag !== undefined && values.tag !== `v${version}`)
  throw new Error(`the packages are of version ${version}, not ${values.tag}`);
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
pnpm(["exec", "tsc", "-b"]);
pnpm(["-r", "run", "build"]);
for (const directory of ["shared", "packages/splunk", "packages/sentinel", "packages/opencti", "packages/cli"])
  pnpm(["--dir", directory, "pack", "--pack-destination", output]);
for (const [path, name] of artefacts()) copyFileSync(join(root, "packages", path), join(output, name));
writeFileSync(join(output, "SHA256SUMS"), checksums());
console.log(`${output}: ${readdirSync(output).length} files`);

function artefacts(): readonly (readonly [path: string, name: string])[] {
  const splunk = ["TA_socdefenders", "socdefenders_app"].flatMap((name) => [
    `${name}-${version}.tar.gz`,
    `${name}-${version}.cdx.json`,
  ]);
  const bundles = (directory: string, name: string) => [
    [`${directory}/dist/${name}.mjs`, `${name}.mjs`] as const,
    [`${directory}/dist/${name}.cdx.json`, `${name}.cdx.json`] as const,
    [`${directory}/dist/THIRD-PARTY-LICENSES.txt`, `${name}.THIRD-PARTY-LICENSES.txt`] as const,
  ];
  return [
    ...bundles("cli", "socdefenders"),
    ...bundles("opencti", "connector"),
    ...splunk.map((name) => [`splunk/dist/${name}`, name] as const),
    ...["function-app.zip", "function-app.cdx.json", "content.json"].map((name) => [`sentinel/dist/${name}`, name] as const),
    ["sentinel/infra/azuredeploy.json", "azuredeploy.json"],
  ];
}

/** In the form that `sha256sum --check` reads. */
function checksums(): string {
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(output, name)))
      .digest("hex");
  const lines = readdirSync(output).toSorted();
  return lines.map((name) => `${digest(name)}  ${name}\n`).join("");
}

function pnpm(args: readonly string[]): void {
  execFileSync("npx", ["--yes", String(packageManager), ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

function readJson(path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Readonly<Record<string, unknown>>;
}
