import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bundledPackages } from "./bundled-packages.ts";

/** A package folder, as the build is started in it, with these package.json files. */
function folder(manifests: Readonly<Record<string, object>>): string {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-bundled-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, manifest] of Object.entries(manifests)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), JSON.stringify(manifest));
  }
  return directory;
}

const metafile = (inputs: Readonly<Record<string, number>>) => ({
  inputs: {},
  outputs: {
    "bundle.mjs": {
      bytes: 0,
      imports: [],
      exports: [],
      inputs: Object.fromEntries(Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }])),
    },
  },
});

const names = (directory: string, inputs: Readonly<Record<string, number>>): string[] =>
  bundledPackages(metafile(inputs), directory).map(({ name, version, own }) => `${name}@${version}${own ? " own" : ""}`);

test("what was read and shaken off again is not in the bundle", () => {
  const directory = folder({
    "node_modules/used/package.json": { name: "used", version: "1.0.0" },
    "node_modules/unused/package.json": { name: "unused", version: "1.0.0" },
  });
  expect(names(directory, { "node_modules/used/a.js": 10, "node_modules/unused/a.js": 0 })).toEqual(["used@1.0.0"]);
});

test("the package of a file is the folder of its name, whatever package.json lies further in", () => {
  const directory = folder({
    "node_modules/.pnpm/@a+b@2.0.0/node_modules/@a/b/package.json": { name: "@a/b", version: "2.0.0" },
    "node_modules/.pnpm/@a+b@2.0.0/node_modules/@a/b/dist/esm/package.json": { name: "wrong", version: "0.0.0", type: "module" },
  });
  expect(names(directory, { "node_modules/.pnpm/@a+b@2.0.0/node_modules/@a/b/dist/esm/index.js": 1 })).toEqual(["@a/b@2.0.0"]);
});

test("copies of one version are one package, two versions are two, sorted, and own files are of the nearest package", () => {
  const directory = folder({
    "package.json": { name: "@socdefenders/x", version: "0.1.0" },
    "node_modules/.pnpm/one@1.0.0_p/node_modules/one/package.json": { name: "one", version: "1.0.0" },
    "node_modules/.pnpm/one@1.0.0_q/node_modules/one/package.json": { name: "one", version: "1.0.0" },
    "node_modules/.pnpm/one@2.0.0/node_modules/one/package.json": { name: "one", version: "2.0.0" },
  });
  const inputs = {
    "node_modules/.pnpm/one@2.0.0/node_modules/one/a.js": 1,
    "node_modules/.pnpm/one@1.0.0_q/node_modules/one/a.js": 1,
    "node_modules/.pnpm/one@1.0.0_p/node_modules/one/a.js": 1,
    "src/deep/main.ts": 1,
  };
  expect(names(directory, inputs)).toEqual(["@socdefenders/x@0.1.0 own", "one@1.0.0", "one@2.0.0"]);
});
