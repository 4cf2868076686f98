import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { billOfMaterials } from "./bill-of-materials.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { thirdPartyLicences } from "./third-party-licences.ts";

/** One file for Node, and the two files that go with it. */
export interface Bundle {
  readonly code: Uint8Array;
  /** `THIRD-PARTY-LICENSES.txt` */
  readonly licences: string;
  /** CycloneDX 1.6 JSON */
  readonly billOfMaterials: string;
}

/** How one artefact's bundle differs from the others. */
export interface BundleOptions extends Pick<
  BuildOptions,
  "external" | "keepNames" | "minify" | "minifySyntax" | "minifyWhitespace" | "plugins"
> {
  /** The artefact, as its bill of materials calls it. */
  readonly name: string;
  /** Files with the attribution of what is bundled and is no package. */
  readonly attributions?: readonly string[];
}

/**
 * Bundles `src/main.ts` of a package: the same bytes wherever the repository lies and whatever directory the build is started in.
 *
 * @param directory the package
 * @throws Error where something bundled has a licence that is not allowed, or is not in the lockfile
 */
export async function bundle(directory: string, { name, attributions = [], ...options }: BundleOptions): Promise<Bundle> {
  const { metafile, outputFiles } = await build({ ...common, ...options, absWorkingDir: directory });
  const packages = bundledPackages(metafile, directory);
  const file = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix));
  const notices = await Promise.all(attributions.map((path) => readFile(path, "utf8")));
  const { version } = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as { readonly version: string };
  return {
    code: file("bundle.mjs")?.contents ?? new Uint8Array(),
    licences: thirdPartyLicences(packages, [...notices, file(".LEGAL.txt")?.text ?? ""]),
    billOfMaterials: billOfMaterials(name, version, packages),
  };
}

const common = {
  entryPoints: ["src/main.ts"],
  outfile: "bundle.mjs",
  bundle: true,
  write: false,
  metafile: true,
  platform: "node",
  format: "esm",
  target: "node22",
  legalComments: "external",
  logLevel: "warning",
  // Parts of what is bundled are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  footer: { js: "// What of others is in this file, and under which licences: THIRD-PARTY-LICENSES.txt" },
} as const satisfies BuildOptions;
