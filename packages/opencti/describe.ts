import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  catalogue,
  configurationDocument,
  configurationSchema,
  sampleConfiguration,
  withVariableTables,
} from "./src/platform/describe.ts";

// Writes what is made of src/platform/variables.ts: `pnpm exec node packages/opencti/describe.ts`.
const metadata = join(import.meta.dirname, "__metadata__");
const manifest = JSON.parse(await readFile(join(metadata, "connector_manifest.json"), "utf8")) as Record<string, unknown>;

await writeJson(join(metadata, "connector_config_schema.json"), configurationSchema());
await writeJson(join(metadata, "catalog.json"), catalogue(manifest));
await writeFile(join(metadata, "CONNECTOR_CONFIG_DOC.md"), configurationDocument());
await writeFile(join(import.meta.dirname, "config.yml.sample"), sampleConfiguration());
const readme = join(import.meta.dirname, "README.md");
await writeFile(readme, withVariableTables(await readFile(readme, "utf8")));

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`);
}
