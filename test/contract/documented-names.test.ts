import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runCommand } from "../end-to-end/command.ts";
import { temporaryDirectory } from "../temporary.ts";
import { commands } from "./command-syntax.ts";
import { blocksOf, currentPages, inlineCodeOf, inRepository, readText, sources } from "./pages.ts";

const codeIn = (page: string): string => [...inlineCodeOf(page), ...blocksOf(page).map(({ text }) => text)].join("\n");
const documentation = currentPages.map((path) => ({ path, text: readText(path) }));

/** The paths of this repository that a text names and that are neither there nor made by the build. */
function missingPaths(text: string): readonly string[] {
  const named = inlineCodeOf(text).flatMap(
    (code) => code.match(/^(?:packages|shared|test|docs|\.ci|\.github|\.changeset)\/[\w./*-]+$/) ?? [],
  );
  return named.filter((path) => !/\/dist(?:\/|$)|\*/.test(path) && !existsSync(inRepository(path)));
}

test.each(documentation)("every path that $path names is there", ({ text }) => {
  expect(missingPaths(text)).toEqual([]);
});

/** Options that a text names by themselves, of the command or of the programs beside it. */
const optionsIn = (text: string): readonly string[] =>
  inlineCodeOf(text).flatMap((code) => /^(--[a-z][\w-]*)(?:[ =]|$)/.exec(code)?.[1] ?? []);

const ofOthers = new Set(["--max-semi-space-size", "--max-old-space-size", "--import", "--scheme", "--validate-arguments"]);
const options = new Set([...[...commands().values()].flatMap((command) => [...command.options]), ...ofOthers]);

const unknownOptions = (text: string): readonly string[] =>
  optionsIn(text).filter((option) => !options.has(option) && !scripts.includes(option));
const scripts = readdirSync(inRepository("docs"))
  .filter((name) => name.endsWith(".sh"))
  .map((name) => readText(`docs/${name}`))
  .join("\n");

test.each(documentation)("every option that $path names is one of the command, or of Node", ({ text }) => {
  expect(unknownOptions(text)).toEqual([]);
});

const code = [...sources, "packages/splunk/app/bin/socdefenders.sh"].map(readText).join("\n") + scripts;
const infrastructure = [
  "packages/sentinel/infra/azuredeploy.json",
  "packages/opencti/docker/docker-compose.yml",
  "packages/sentinel/build.ts",
  "packages/cli/deploy/kubernetes.yaml",
  "packages/cli/docker/Dockerfile",
];
const knownText = code + infrastructure.map(readText).join("\n");

// Of the shell, of Node, of splunkd, of systemd, of OpenTelemetry, of the platforms' own words.
const ofTheirs =
  /^(?:SPLUNK_HOME|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|CREDENTIALS_DIRECTORY|STATE_DIRECTORY|OTEL_[A-Z_]+|APP__CUSTOM_CATALOGS|TLS1_2|ACCESS_REFUSED|MISSING_REFERENCE_ERROR)$/;

/** The environment variables and settings that a text names and that no source knows. */
function unknownVariables(text: string): readonly string[] {
  const named = new Set(codeIn(text).match(/(?<![\w-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])/g));
  return [...named].filter((name) => !ofTheirs.test(name) && !new RegExp(`\\b${name}\\b`).test(knownText));
}

test.each(documentation)("every environment variable that $path names is known to the code", ({ text }) => {
  expect(unknownVariables(text)).toEqual([]);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}
const schema = JSON.parse(readText("docs/configuration.schema.json")) as Schema;

function below({ properties = {}, anyOf = [], items }: Schema, name: string): Schema | undefined {
  return (
    properties[name] ??
    [...anyOf, ...(items === undefined ? [] : [items])].map((other) => below(other, name)).find((found) => found !== undefined)
  );
}

/** The dotted keys of the configuration that a text names and that it does not have. */
function unknownKeys(text: string): readonly string[] {
  const named = inlineCodeOf(text).flatMap(
    (word) => /^((?:feed|filter|splunk|sentinel|opencti)(?:\.[a-z_]+)+)(?::.*|=.*)?$/.exec(word)?.[1] ?? [],
  );
  return named.filter(
    (key) => key.split(".").reduce<Schema | undefined>((at, name) => at && below(at, name), schema) === undefined,
  );
}

test.each(documentation)("every key of the configuration that $path names is one", ({ text }) => {
  expect(unknownKeys(text)).toEqual([]);
});

const environment = Object.fromEntries(
  ["SOCDEFENDERS_API_KEY", "SPLUNK_HEC_TOKEN", "OPENCTI_TOKEN", "AZURE_CLIENT_SECRET"].map((name) => [name, "given"]),
);

const yamlIn = (text: string) => blocksOf(text).filter(({ language }) => /^ya?ml$/.test(language));

/** What the command says of the configurations in a text that it does not take. Throws where a block is no YAML. */
async function wrongConfigurations(text: string): Promise<readonly string[]> {
  const configurations = yamlIn(text).filter((block) => (parse(block.text) as { readonly feed?: unknown }).feed !== undefined);
  const outcomes = configurations.map(async (block) => {
    const directory = temporaryDirectory();
    for (const name of ["allowed.txt", "api-key", "hec-token"]) await writeFile(join(directory, name), "simulated");
    const ofSystemd = { CREDENTIALS_DIRECTORY: directory, STATE_DIRECTORY: join(directory, "state") };
    const given = block.text.replaceAll("dcr-…", "dcr-0123456789abcdef0123456789abcdef").replaceAll("https://….", "https://dce.");
    await writeFile(join(directory, "config.yaml"), given.replaceAll("./allowed.txt", join(directory, "allowed.txt")));
    const { log } = await runCommand(["status", join(directory, "config.yaml")], { environment: { ...environment, ...ofSystemd } });
    return log.map(({ message }) => message);
  });
  return (await Promise.all(outcomes)).flat();
}

test("every configuration in a page is one the command takes, all other YAML is YAML", { timeout: 60_000 }, async () => {
  expect(documentation.flatMap(({ text }) => yamlIn(text)).length).toBeGreaterThan(3);
  for (const { path, text } of documentation) expect([path, await wrongConfigurations(text)]).toEqual([path, []]);
});

test("a name that is none is found out", { timeout: 60_000 }, async () => {
  expect(missingPaths("see `shared/src/nowhere.ts` and `shared/src/version.ts`")).toEqual(["shared/src/nowhere.ts"]);
  expect(unknownOptions("`--accept-everything` or `--once`")).toEqual(["--accept-everything"]);
  expect(unknownVariables("`SOCDEFENDERS_KEY`, `SOCDEFENDERS_API_KEY`")).toEqual(["SOCDEFENDERS_KEY"]);
  expect(unknownKeys("`feed.colections`, `opencti.mq.host`, `filter.exclude: []`")).toEqual(["feed.colections"]);
  const wrong = readText("docs/configuration.md").replace("  min_confidence: 50", "  minimum: 50");
  expect(await wrongConfigurations(wrong)).toEqual([expect.stringContaining("minimum")]);
});
