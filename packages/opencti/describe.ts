import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogue, configurationDocument, configurationSchema, sampleConfiguration } from "./src/platform/describe.ts";

// Writes what is made of src/platform/variables.ts: `pnpm exec node packages/opencti/describe.ts`.
const metadata = join(import.meta.dirname, "__metadata__");
const manifest = JSON.parse(await readFile(join(metadata, "connector_manifest.json"), "utf8")) as Record<string, unknown>;

await writeJson(join(metadata, "connector_config_schema.json"), configurationSchema());
await writeJson(join(metadata, "catalog.json"), catalogue(manifest));
await writeFile(join(metadata, "CONNECTOR_CONFIG_DOC.md"), configurationDocument());
await writeFile(join(import.meta.dirname, "config.yml.sample"), sampleConfiguration());

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`);
}
