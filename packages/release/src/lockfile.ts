import { readFileSync } from "node:fs";
import { parse } from "yaml";

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity?: string } }>>;
}

const path = new URL("../../../pnpm-lock.yaml", import.meta.url);
const { packages } = parse(readFileSync(path, "utf8")) as Lockfile;

/** The SHA-512, in hexadecimal, that the lockfile holds a package to; a package that it does not know is an error. */
export function lockedDigest(name: string, version: string): string {
  const [algorithm, digest] = packages[`${name}@${version}`]?.resolution.integrity?.split("-") ?? [];
  if (algorithm !== "sha512" || digest === undefined) throw new Error(`pnpm-lock.yaml has no sha512 for ${name}@${version}`);
  return Buffer.from(digest, "base64").toString("hex");
}
