import { columns, healthColumns } from "@socdefenders/sentinel";
import { openWorkspace, type Columns } from "../kusto/language-service.ts";
import { propertiesOf, type Deployed } from "./deploy.ts";
import type { Check } from "./name-checks.ts";
import { deploySample } from "./samples.ts";
import { textOf, type JsonObject, type Template } from "./template.ts";

type Named = readonly [name: string, columns: Columns];

const rows: Readonly<Record<string, Columns>> = { SOCDefendersIndicators_CL: columns, SOCDefendersHealth_CL: healthColumns };

/** Tables hold the columns of the rows, no more and no less. The Tables API writes `dateTime`. */
const tables: Check = (template) => {
  const found = ofType(template, "Microsoft.OperationalInsights/workspaces/tables").map((made): Named => {
    const { schema, plan } = propertiesOf(made) as { schema: JsonObject; plan: string };
    return [`${made.id.split("/").at(-1)} ${textOf(schema["name"])} ${plan}`, columnsOf(schema, "dateTime")];
  });
  return differences(
    found,
    Object.entries(rows).map(([name, row]) => [`${name} ${name} Analytics`, row]),
  );
};

/** Azure refuses a rule whose tables are not there yet; no expression of the rule names them. */
const lateTables: Check = (template) => {
  const { resources } = deploySample(template, {});
  const rule = resources.find(({ type }) => type === "Microsoft.Insights/dataCollectionRules");
  const before = resources.find(({ id }) => id === rule?.within)?.dependsOn ?? [];
  return ofType(template, "Microsoft.OperationalInsights/workspaces/tables")
    .filter((table) => !before.includes(table.within ?? ""))
    .map(({ id }) => `the rule does not wait for ${id}`);
};

/** Streams take the rows as they are sent, and are named after their tables. */
const streams: Check = (template) =>
  differences(
    Object.entries(ruleOf(template).streamDeclarations).map(([name, stream]) => [name, columnsOf(stream, "datetime")]),
    Object.entries(rows).map(([name, row]) => [`Custom-${name}`, row]),
  );

/** What the transformation makes of a stream is what its table takes, by Microsoft's own compiler. */
const transformations: Check = (template) => {
  const { streamDeclarations, dataFlows, destinations } = ruleOf(template);
  const known = destinations.logAnalytics.map(({ name }) => name);
  return dataFlows.flatMap((flow) => {
    const [stream = ""] = flow.streams;
    const table = rows[flow.outputStream.replace(/^Custom-/, "")];
    if (table === undefined || textOf(flow.destinations) !== textOf(known)) return [`${flow.outputStream} goes nowhere`];
    const compile = openWorkspace({ tables: { source: columnsOf(streamDeclarations[stream] ?? {}, "datetime") } });
    const { problems, columns: made } = compile(flow.transformKql);
    return problems.length > 0 ? problems : differences([[stream, asTable(made)]], [[stream, table]]);
  });
};

/** Log Analytics writes `boolean` for Kusto's `bool`. */
const asTable = (made: Columns): Columns =>
  Object.fromEntries(Object.entries(made).map(([name, type]) => [name, type === "bool" ? "boolean" : type]));

// "Logs ingestion API overview": names that a custom table may not have.
const reserved = new Set(["_ResourceId", "id", "_SubscriptionId", "TenantId", "Type", "UniqueId", "Title"]);

const columnNames: Check = (template) =>
  Object.values(ruleOf(template).streamDeclarations)
    .flatMap((stream) => Object.keys(columnsOf(stream, "datetime")))
    .filter((name) => reserved.has(name) || !/^[A-Za-z][A-Za-z0-9_]{0,44}$/.test(name))
    .map((name) => `${name} cannot be a column`);

interface Rule {
  readonly streamDeclarations: Readonly<Record<string, JsonObject>>;
  readonly destinations: { readonly logAnalytics: readonly { readonly name: string }[] };
  readonly dataFlows: readonly {
    readonly streams: readonly string[];
    readonly destinations: readonly string[];
    readonly transformKql: string;
    readonly outputStream: string;
  }[];
}

const ofType = (template: Template, type: string): Deployed[] =>
  deploySample(template, {}).resources.filter((made) => made.type === type);

function ruleOf(template: Template): Rule {
  const [rule] = ofType(template, "Microsoft.Insights/dataCollectionRules");
  if (rule?.body["kind"] !== "Direct") throw new Error("no direct data collection rule: it would have no endpoint");
  return propertiesOf(rule) as unknown as Rule;
}

/** Columns by name; types that this API does not know stand out by a mark. */
function columnsOf(schema: JsonObject, datetime: string): Columns {
  const list = (schema["columns"] ?? []) as unknown as readonly { name: string; type: string }[];
  const types = ["string", "int", "long", "real", "boolean", "dynamic"];
  const twins = list.length !== new Set(list.map(({ name }) => name)).size;
  const entries = list.map(({ name, type }) => [name, type === datetime ? "datetime" : types.includes(type) ? type : `${type}?`]);
  return Object.fromEntries(twins ? [...entries, ["a column twice", "?"]] : entries);
}

function differences(found: readonly Named[], wanted: readonly Named[]): string[] {
  const [is, should] = [linesOf(found), linesOf(wanted)];
  return [
    ...[...is].filter((line) => !should.has(line)).map((line) => `too much: ${line}`),
    ...[...should].filter((line) => !is.has(line)).map((line) => `missing: ${line}`),
  ];
}

const linesOf = (list: readonly Named[]): Set<string> =>
  new Set(list.flatMap(([name, set]) => Object.entries(set).map(([column, type]) => `${name} ${column} ${type}`)));

export const tableChecks = { tables, lateTables, streams, transformations, columnNames };
