import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundle } from "@socdefenders/release";
import { version } from "@socdefenders/shared";
import { zipSync } from "fflate";

// The function app as Azure deploys it: one bundled file and its two descriptions, the same bytes in every build.
// `node build.ts [DIRECTORY]` writes `function-app/` and `function-app.zip` into the directory, `dist` beside this file by default.
const output = resolve(process.argv[2] ?? join(import.meta.dirname, "dist"));

const { code, licences, billOfMaterials } = await bundle(import.meta.dirname, {
  name: "socdefenders-sentinel",
  minify: true,
  keepNames: true,
  // The Functions worker supplies this module itself.
  external: ["@azure/functions-core"],
});

const files = new Map([
  ["THIRD-PARTY-LICENSES.txt", Buffer.from(licences)],
  [
    "host.json",
    json({
      version: "2.0",
      functionTimeout: "00:30:00",
      extensionBundle: { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" },
    }),
  ],
  ["main.mjs", code],
  ["package.json", json({ name: "socdefenders-sentinel", version, private: true, type: "module", main: "main.mjs" })],
]);

await rm(join(output, "function-app"), { recursive: true, force: true });
await mkdir(join(output, "function-app"), { recursive: true });
for (const [name, content] of files) await writeFile(join(output, "function-app", name), content);
const archive = zip(files);
await writeFile(join(output, "function-app.zip"), archive);
await writeFile(join(output, "function-app.cdx.json"), billOfMaterials);
console.log(`function-app.zip: ${files.size} files, ${archive.length} bytes`);

function zip(contents: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...contents].toSorted(([left], [right]) => (left < right ? -1 : 1));
  // Zip times are local times from 1980 on; a fixed local time is the same bytes in every time zone. Unix mode 0644 in the upper half.
  const attributes = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 } as const;
  return zipSync(Object.fromEntries(entries.map(([name, content]) => [name, [content, attributes]])));
}

function json(content: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(content, undefined, 2)}\n`);
}
