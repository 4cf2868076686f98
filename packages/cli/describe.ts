import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fillReference } from "./src/reference.ts";
import { configurationSchema, sectionSchemas } from "./src/schema.ts";

// Writes what is made of the schemas of the configuration: `pnpm exec node packages/cli/describe.ts`, then `pnpm format`.
const documents = join(import.meta.dirname, "../../docs");
const page = join(documents, "configuration.md");
await writeFile(page, fillReference(await readFile(page, "utf8"), await sectionSchemas()));
await writeFile(join(documents, "configuration.schema.json"), `${JSON.stringify(await configurationSchema(), undefined, 2)}\n`);
