import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { version } from "@socdefenders/shared";
import { build } from "esbuild";
import { pack, type Pack } from "tar-stream";
import { inputArguments, schemeXml } from "./src/scheme.ts";

// The add-on as Splunk installs it: the same files, order, owners, modes and times in every build, and no binary.
// `node build.ts [DIRECTORY]` writes it there, into `dist` by default.
const root = import.meta.dirname;
const output = process.argv[2] ?? join(root, "dist");
const addOn = "TA_socdefenders";

await mkdir(output, { recursive: true });
const files = new Map([...(await templates()), ...(await generated())]);
const archive = join(output, `${addOn}-${version}.tar.gz`);
await pipeline(writeTar(files), createGzip({ level: 9 }), createWriteStream(archive));
console.log(`${basename(archive)}: ${files.size} files`);

async function templates(): Promise<[string, Buffer][]> {
  const entries = await readdir(join(root, "app"), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path): Promise<[string, Buffer]> => {
      const text = await readFile(path, "utf8");
      return [relative(join(root, "app"), path), Buffer.from(text.replaceAll("@VERSION@", version))];
    }),
  );
}

async function generated(): Promise<[string, Buffer][]> {
  const bundle = await build({
    entryPoints: [join(root, "src/main.ts")],
    outfile: "socdefenders.mjs",
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node22",
    legalComments: "eof",
    // Only needed for character sets that HEC never answers in; needle does without it.
    external: ["iconv-lite"],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const spec = inputArguments.map(({ name, description }) => `${name} = <string>\n* ${description}.\n`);
  return [
    ["bin/socdefenders.mjs", Buffer.from(bundle.outputFiles[0]?.contents ?? [])],
    ["bin/scheme.xml", Buffer.from(schemeXml())],
    ["README/inputs.conf.spec", Buffer.from(`[socdefenders://<name>]\n* A SOC Defenders feed.\n\n${spec.join("\n")}`)],
    ["LICENSE.txt", await readFile(join(root, "../../LICENSE"))],
  ];
}

function writeTar(contents: ReadonlyMap<string, Buffer>): Pack {
  const tar = pack();
  for (const [path, content] of [...contents].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const mode = path.endsWith(".sh") ? 0o755 : 0o644;
    tar.entry({ name: `${addOn}/${path}`, mode, mtime: new Date(0), uid: 0, gid: 0, uname: "root", gname: "root" }, content);
  }
  tar.finalize();
  return tar;
}
