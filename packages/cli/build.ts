import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

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

const outfile = join(process.argv[2] ?? join(import.meta.dirname, "dist"), "socdefenders.mjs");
await build({
  entryPoints: [join(import.meta.dirname, "src/main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  // Half the size is half the time to start; names are kept, so that stack traces stay readable.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "linked",
  logLevel: "warning",
  plugins: [embedSample],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await chmod(outfile, 0o755);
