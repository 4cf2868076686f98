import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

// The Sentinel content as one ARM template, for a workspace without Content Hub: functions, watchlist, rules, hunting queries, workbook.
// `node build-content.ts [DIRECTORY]` writes `content.json` into the directory, `dist` beside this file by default.
const content = join(import.meta.dirname, "content");
const output = resolve(process.argv[2] ?? join(import.meta.dirname, "dist"));

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly severity: string;
  readonly queryFrequency: string;
  readonly queryPeriod: string;
  readonly triggerThreshold: number;
  readonly tactics: readonly string[];
  readonly relevantTechniques: readonly string[];
  readonly query: string;
  readonly incidentConfiguration: { readonly groupingConfiguration: { readonly lookbackDuration: string } };
  readonly [key: string]: unknown;
}

const parsers = yamlFiles("Parsers");
const rules = yamlFiles("Analytic Rules");
const watchlist = jsonFile("Watchlists/SOCDefendersAllowed.json");
const watchlistId = childId("providers/watchlists", watchlist["watchlistAlias"]);
const parserIds = parsers.map(([, { FunctionAlias }]) => childId("savedSearches", FunctionAlias));

const template = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    workspaceName: {
      type: "string",
      metadata: { description: "Name of the Log Analytics workspace, in the resource group deployed to." },
    },
    location: { type: "string", defaultValue: "[resourceGroup().location]", metadata: { description: "Region of the workbook." } },
    rules: {
      type: "array",
      defaultValue: rules.map(([name]) => name),
      metadata: { description: "The rules to install. Leave out those whose tables the workspace does not have." },
    },
    enableRules: { type: "bool", defaultValue: true, metadata: { description: "Whether the rules run at once." } },
  },
  variables: { workspaceId: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]" },
  resources: [
    ...parsers.map(([, parser]) => parserResource(parser)),
    watchlistResource(),
    ...rules.map(([name, rule]) => ruleResource(name, rule as Rule)),
    ...yamlFiles("Hunting Queries").map(([, query]) => huntingResource(query as Rule)),
    workbookResource(),
  ],
};

mkdirSync(output, { recursive: true });
writeFileSync(join(output, "content.json"), `${JSON.stringify(template, undefined, 2)}\n`);
console.log(`content.json: ${template.resources.length} resources`);

function parserResource({ Function: about, Category, FunctionAlias, FunctionQuery }: Readonly<Record<string, unknown>>): object {
  const displayName = (about as { readonly Title: string }).Title;
  return {
    type: "Microsoft.OperationalInsights/workspaces/savedSearches",
    apiVersion: "2020-08-01",
    name: childName("", FunctionAlias),
    properties: { etag: "*", category: Category, displayName, functionAlias: FunctionAlias, query: FunctionQuery, version: 2 },
    // Saving a function that calls another one needs that one first.
    ...(FunctionAlias !== "SOCDefendersIndicators" && { dependsOn: [...parserIds.slice(0, 1), watchlistId] }),
  };
}

function watchlistResource(): object {
  const { watchlistAlias, ...properties } = watchlist;
  return {
    type: "Microsoft.OperationalInsights/workspaces/providers/watchlists",
    apiVersion: "2023-02-01",
    name: childName("Microsoft.SecurityInsights/", watchlistAlias),
    properties,
  };
}

function ruleResource(name: string, rule: Rule): object {
  const { customDetails, entityMappings, eventGroupingSettings } = rule;
  const { alertSeverityColumnName, ...override } = rule["alertDetailsOverride"] as Readonly<Record<string, string>>;
  const { groupingConfiguration } = rule.incidentConfiguration;
  const grouping = { ...groupingConfiguration, lookbackDuration: isoDuration(groupingConfiguration.lookbackDuration) };
  return {
    condition: `[contains(parameters('rules'), '${name}')]`,
    type: "Microsoft.OperationalInsights/workspaces/providers/alertRules",
    apiVersion: "2023-02-01",
    name: childName("Microsoft.SecurityInsights/", rule.id),
    kind: "Scheduled",
    dependsOn: [...parserIds, watchlistId],
    properties: {
      displayName: rule.name,
      description: rule.description,
      severity: rule.severity,
      enabled: "[parameters('enableRules')]",
      query: rule.query,
      queryFrequency: isoDuration(rule.queryFrequency),
      queryPeriod: isoDuration(rule.queryPeriod),
      triggerOperator: "GreaterThan",
      triggerThreshold: rule.triggerThreshold,
      suppressionEnabled: false,
      suppressionDuration: "PT5H",
      tactics: rule.tactics,
      techniques: rule.relevantTechniques,
      customDetails,
      entityMappings,
      eventGroupingSettings,
      alertDetailsOverride: { ...override, ...(alertSeverityColumnName !== undefined && { alertSeverityColumnName }) },
      incidentConfiguration: { createIncident: true, groupingConfiguration: grouping },
    },
  };
}

function huntingResource({ id, name, description, query, tactics, relevantTechniques }: Rule): object {
  const tags = { description, tactics: tactics.join(","), techniques: relevantTechniques.join(",") };
  return {
    type: "Microsoft.OperationalInsights/workspaces/savedSearches",
    apiVersion: "2020-08-01",
    name: childName("", id),
    dependsOn: parserIds,
    properties: {
      etag: "*",
      category: "Hunting Queries",
      displayName: name,
      query,
      version: 2,
      tags: Object.entries(tags).map(([tag, value]) => ({ name: tag, value })),
    },
  };
}

function workbookResource(): object {
  return {
    type: "Microsoft.Insights/workbooks",
    apiVersion: "2022-04-01",
    name: "[guid(variables('workspaceId'), 'SOCDefenders')]",
    location: "[parameters('location')]",
    kind: "shared",
    properties: {
      displayName: "SOC Defenders",
      serializedData: JSON.stringify(jsonFile("Workbooks/SOCDefenders.json")),
      version: "1.0",
      sourceId: "[variables('workspaceId')]",
      category: "sentinel",
    },
  };
}

function childName(provider: string, name: unknown): string {
  return `[concat(parameters('workspaceName'), '/${provider}${String(name)}')]`;
}

function childId(kind: "savedSearches" | "providers/watchlists", name: unknown): string {
  const type = `Microsoft.OperationalInsights/workspaces/${kind}`;
  const names = kind === "savedSearches" ? `'${String(name)}'` : `'Microsoft.SecurityInsights', '${String(name)}'`;
  return `[resourceId('${type}', parameters('workspaceName'), ${names})]`;
}

/** `14d` of the YAML files is `P14D` of the resource. */
function isoDuration(duration: string): string {
  return duration.endsWith("d") ? `P${duration.toUpperCase()}` : `PT${duration.toUpperCase()}`;
}

function yamlFiles(folder: string): (readonly [name: string, content: Readonly<Record<string, unknown>>])[] {
  const names = readdirSync(join(content, folder)).toSorted();
  return names.map((name) => [name.replace(/\.yaml$/, ""), parse(readFileSync(join(content, folder, name), "utf8"))] as const);
}

function jsonFile(path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(content, path), "utf8")) as Readonly<Record<string, unknown>>;
}
