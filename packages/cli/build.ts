import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle, type Plugin } from "@socdefenders/release";

// One file that works alone: `node socdefenders.mjs …`. The sample indicators of the demo travel inside it.
// `node build.ts [DIRECTORY]` writes it there, into `dist` by default.
const embedSample: Plugin = {
  name: "embed-sample",
  setup(bundle) {
    bundle.onLoad({ filter: /simulator\/src\/sample\.ts$/ }, async () => {
      const bytes = await readFile(new URL("../simulator/sample/indicators.ndjson.gz", import.meta.url));
      return { contents: `export const sampleBytes = () => Buffer.from("${bytes.toString("base64")}", "base64");`, loader: "js" };
    });
  },
};

const output = process.argv[2] ?? join(import.meta.dirname, "dist");
const command = await bundle(import.meta.dirname, {
  name: "socdefenders",
  // Half the size is half the time to start; names are kept, so that stack traces stay readable.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [embedSample],
  attributions: [join(import.meta.dirname, "../simulator/sample/ATTRIBUTION.md")],
});

await mkdir(output, { recursive: true });
await writeFile(join(output, "socdefenders.mjs"), command.code);
await chmod(join(output, "socdefenders.mjs"), 0o755);
await writeFile(join(output, "socdefenders.cdx.json"), command.billOfMaterials);
await writeFile(join(output, "THIRD-PARTY-LICENSES.txt"), command.licences);
