import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "@socdefenders/shared";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkOut, run } from "./checkout.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const here = fileURLToPath(new URL("../../", import.meta.url));
const workplace = mkdtempSync(join(tmpdir(), "socdefenders-release-"));
const elsewhere = join(workplace, "a checkout in another place");
const [first, second, released, project] = ["first", "second", "released", "project"].map((name) => join(workplace, name)) as [
  string,
  string,
  string,
  string,
];
const builds = [
  "packages/cli/build.ts",
  "packages/splunk/build.ts",
  "packages/sentinel/build.ts",
  "packages/sentinel/build-content.ts",
  "packages/opencti/build.ts",
];

beforeAll(() => checkOut(elsewhere));
// Tens of thousands of files.
afterAll(() => rm(workplace, { recursive: true, force: true }));

/** Digest by path of everything below a directory. */
function digests(directory: string): Readonly<Record<string, string>> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.toSorted().map((path) => [path.slice(directory.length), digest(path)]));
}

test("every artefact is the same bytes from another checkout, directory, time zone, locale and umask", async () => {
  for (const build of builds) {
    await run(process.execPath, [build, join(first, dirname(build))], here);
    const conditions = `umask 077; export TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8; exec "$0" "$1" "$2"`;
    await run("sh", ["-c", conditions, process.execPath, join(elsewhere, build), join(second, dirname(build))], "/");
  }
  const made = digests(first);
  expect(Object.keys(made).map((path) => basename(path))).toEqual(expect.arrayContaining(artefacts));
  expect(digests(second)).toEqual(made);
});

const artefacts = [
  "THIRD-PARTY-LICENSES.txt",
  "content.json",
  "function-app.zip",
  ...["socdefenders", "connector"].map((name) => `${name}.mjs`),
  ...["socdefenders", "connector", "function-app"].map((name) => `${name}.cdx.json`),
  ...["TA_socdefenders", "socdefenders_app"].flatMap((name) => [`${name}-${version}.tar.gz`, `${name}-${version}.cdx.json`]),
];

test("every package, packed and installed in an empty project, runs and has types", async () => {
  await run(process.execPath, [join(elsewhere, "packages/release/build-release.ts"), released], "/");
  await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], released);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packed = readdirSync(released).filter((name) => name.endsWith(".tgz"));
  expect(packed).toHaveLength(5);
  await run(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...packed.map((name) => join(released, name))],
    project,
  );
  for (const [name, folder] of packages)
    expect(readFileSync(join(project, "node_modules/@socdefenders", name, "README.md"), "utf8")).toBe(
      readFileSync(join(elsewhere, folder, "README.md"), "utf8"),
    );
  writeFileSync(join(project, "use.ts"), program);

  expect(await run(process.execPath, ["node_modules/.bin/socdefenders", "version"], project)).toBe(`${version}\n`);
  const compiler = join(here, "node_modules/typescript/bin/tsc");
  await run(
    process.execPath,
    [compiler, "--module", "nodenext", "--target", "es2024", "--strict", "--types", "node", "use.ts"],
    project,
  );
  expect(await run(process.execPath, ["use.js"], project)).toBe(`function function function function function ${version}\n`);
});

const packages = [
  ["shared", "shared"],
  ...["splunk", "sentinel", "opencti", "cli"].map((name) => [name, `packages/${name}`] as const),
] as const;

/** Every entry point by its name, and a type error if one of them has no types. */
const program = `
import { createTaxiiSource, type ConnectorError } from "@socdefenders/shared";
import { version } from "@socdefenders/shared/version";
import { splunk } from "@socdefenders/splunk";
import { sentinel } from "@socdefenders/sentinel";
import { openCheckpoints } from "@socdefenders/sentinel/state";
import { opencti } from "@socdefenders/opencti";
const source: typeof createTaxiiSource = createTaxiiSource;
// @ts-expect-error An error is no number: the types are there and are not any.
const wrong: number = undefined as unknown as ConnectorError;
console.log(typeof source, typeof splunk.parseConfig, typeof sentinel.parseConfig, typeof openCheckpoints, typeof opencti.parseConfig, version);
void wrong;
`;
