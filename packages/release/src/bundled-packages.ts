import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Metafile } from "esbuild";

/** A package of which at least one byte is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json says it; empty where it says none. */
  readonly licence: string;
  readonly directory: string;
  /** Whether it is of this repository, and so under its licence and in no registry's lockfile. */
  readonly own: boolean;
}

/**
 * The packages in a bundle, by name and version. What was read and shaken off again does not count.
 *
 * @param directory the working directory of the build, which the paths of the metafile are relative to
 */
export function bundledPackages(metafile: Metafile, directory: string): readonly BundledPackage[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const files = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => resolve(directory, path));
  const packages = [...new Set(files.map(packageDirectory))].map(readPackage);
  // Two copies of one version, which pnpm makes for different peers, are one package.
  const byKey = new Map(packages.map((found) => [`${found.name}@${found.version}`, found]));
  return [...byKey].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, found]) => found);
}

/** Below node_modules the folder named after the package, since folders in it may have a package.json too; else the nearest one. */
function packageDirectory(file: string): string {
  const [installed] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? [];
  if (installed !== undefined) return installed;
  const directory = dirname(file);
  if (directory === file) throw new Error("a file of the bundle belongs to no package");
  return existsSync(join(directory, "package.json")) ? directory : packageDirectory(directory);
}

function readPackage(directory: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  if (typeof name !== "string" || typeof version !== "string")
    throw new Error(`${relative(".", directory)} has no name and version`);
  return {
    name,
    version,
    licence: typeof license === "string" ? license : "",
    directory,
    own: !directory.includes("/node_modules/"),
  };
}
