import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { billOfMaterials, bundle } from "@socdefenders/release";
import { version } from "@socdefenders/shared";
import { pack, type Pack } from "tar-stream";
import { iconPng } from "./icon.ts";
import { inputArguments, schemeXml } from "./src/scheme.ts";

// The two packages as Splunk installs them: the same files, order, owners, modes and times in every build, and no binary. The add-on
// holds the input, the app the knowledge objects. `node build.ts [DIRECTORY]` writes them there, into `dist` by default.
const root = import.meta.dirname;
const output = process.argv[2] ?? join(root, "dist");

await mkdir(output, { recursive: true });
await writePackage("TA_socdefenders", [...(await templates("app")), ...(await generated()), ...(await common())]);
await writePackage("socdefenders_app", [...(await templates("knowledge")), ...(await common())]);
// Knowledge objects only: nothing of others is in it.
await writeFile(join(output, `socdefenders_app-${version}.cdx.json`), billOfMaterials("socdefenders_app", version, []));

type File = readonly [path: string, content: Buffer];

async function writePackage(name: string, files: readonly File[]): Promise<void> {
  const archive = join(output, `${name}-${version}.tar.gz`);
  await pipeline(writeTar(name, files), createGzip({ level: 9 }), createWriteStream(archive));
  console.log(`${basename(archive)}: ${files.length} files`);
}

async function templates(folder: string): Promise<File[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path): Promise<File> => {
      const text = await readFile(path, "utf8");
      return [relative(join(root, folder), path), Buffer.from(text.replaceAll("@VERSION@", version))];
    }),
  );
}

async function generated(): Promise<File[]> {
  const addOn = await bundle(root, {
    name: "TA_socdefenders",
    // Only needed for character sets that HEC never answers in; needle does without it.
    external: ["iconv-lite"],
  });
  await writeFile(join(output, `TA_socdefenders-${version}.cdx.json`), addOn.billOfMaterials);
  const spec = inputArguments.map(({ name, description }) => `${name} = <string>\n* ${description}.\n`);
  return [
    ["bin/socdefenders.mjs", Buffer.from(addOn.code)],
    ["THIRD-PARTY-LICENSES.txt", Buffer.from(addOn.licences)],
    ["bin/scheme.xml", Buffer.from(schemeXml())],
    ["README/inputs.conf.spec", Buffer.from(`[socdefenders://<name>]\n* A SOC Defenders feed.\n\n${spec.join("\n")}`)],
  ];
}

/** The licence, and the icons in the names and sizes that Splunk Web looks for. */
async function common(): Promise<File[]> {
  return [
    ["LICENSE.txt", await readFile(join(root, "../../LICENSE"))],
    ["static/appIcon.png", iconPng(36)],
    ["static/appIcon_2x.png", iconPng(72)],
    ["static/appIconAlt.png", iconPng(36)],
    ["static/appIconAlt_2x.png", iconPng(72)],
  ];
}

function writeTar(name: string, files: readonly File[]): Pack {
  const tar = pack();
  for (const [path, content] of files.toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const mode = path.endsWith(".sh") ? 0o755 : 0o644;
    tar.entry({ name: `${name}/${path}`, mode, mtime: new Date(0), uid: 0, gid: 0, uname: "root", gname: "root" }, content);
  }
  tar.finalize();
  return tar;
}
