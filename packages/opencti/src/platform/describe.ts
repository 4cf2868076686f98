import { connectorVariables, feedVariables, platformVariables, variables, type Variable } from "./variables.ts";

/** The configuration schema that the platform's catalogue shows as a form, in the form its own connectors have (JSON Schema 2020-12). */
export function configurationSchema(): ConfigurationSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://www.filigran.io/connectors/socdefenders_config.schema.json",
    type: "object",
    properties: Object.fromEntries(variables.map((variable) => [variable.name, propertyOf(variable)])),
    required: variables.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: true,
  };
}

interface ConfigurationSchema {
  readonly $schema: string;
  readonly $id: string;
  readonly type: "object";
  /** A JSON Schema each, by the variable's name. */
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
  readonly additionalProperties: true;
}

function propertyOf({ type, format, values, default: standard, description }: Variable): Record<string, unknown> {
  return {
    ...(standard !== undefined && { default: standard }),
    description,
    ...(values !== undefined && { enum: values }),
    ...(format !== undefined && { format }),
    ...(type === "array" && { items: { type: "string" } }),
    type,
    ...(format === "password" && { writeOnly: true }),
  };
}

/** A catalogue of this one connector, as the platform's setting `app:custom_catalogs` takes it. */
export function catalogue(manifest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    id: "socdefenders",
    name: "SOC Defenders",
    description: "The connector of the SOC Defenders threat-intelligence feed.",
    contracts: [{ ...manifest, config_schema: configurationSchema() }],
  };
}

/** A Markdown table of variables. */
function variableTable(rows: readonly Variable[]): string {
  const lines = rows.map(({ name, required, default: standard, description }) => {
    const [section = "", ...key] = name.toLowerCase().split("_");
    const value = required === true ? "required" : standard === undefined ? "" : `\`${shown(standard)}\``;
    return `| \`${name}\` | \`${section}.${key.join("_")}\` | ${value} | ${description} |`;
  });
  return ["| variable | config.yml | default | is |", "| --- | --- | --- | --- |", ...lines, ""].join("\n");
}

/** All variables in three tables, as Markdown. */
export function configurationDocument(): string {
  const tables = variableTables(["OpenCTI", "Connector", "SOC Defenders"], "##");
  return `# Configuration of the SOC Defenders connector\n\n${tables}`;
}

/** The README with the same tables anew, under the headings of the connectors repository's template. */
export function withVariableTables(readme: string): string {
  const tables = variableTables(
    ["OpenCTI environment variables", "Base connector environment variables", "Connector extra parameters environment variables"],
    "###",
  );
  return readme.replace(/^### OpenCTI environment variables$[^]*?(?=^## )/m, () => `${tables}\n`);
}

function variableTables([platform, connector, feed]: readonly [string, string, string], level: string): string {
  const tables = [
    [platform, platformVariables],
    [connector, connectorVariables],
    [feed, feedVariables],
  ] as const;
  return tables.map(([heading, rows]) => `${level} ${heading}\n\n${variableTable(rows)}`).join("\n");
}

/** `config.yml.sample`: what must be set, and everything else as a comment with its default. */
export function sampleConfiguration(): string {
  const sections = Map.groupBy(variables, ({ name }) => name.slice(0, name.indexOf("_")).toLowerCase());
  // HTTPS_CA_CERTIFICATES is of the environment only.
  sections.delete("https");
  return [...sections].map(([section, entries]) => `${section}:\n${entries.map(sampleLine).join("")}`).join("\n");
}

function sampleLine({ name, required, example, default: standard, description }: Variable): string {
  const key = name.slice(name.indexOf("_") + 1).toLowerCase();
  const value = JSON.stringify(example ?? (standard === undefined ? "" : shown(standard)));
  return `  # ${description}\n  ${required === true ? "" : "# "}${key}: ${value}\n`;
}

const shown = (value: NonNullable<Variable["default"]>): string => (Array.isArray(value) ? value.join(",") : String(value));
