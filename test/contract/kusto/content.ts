import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { openWorkspace, type Compiled, type KustoFunction } from "./language-service.ts";
import { builtIn, tables } from "./tables.ts";

export const root = new URL("../../../packages/sentinel/content/", import.meta.url);

export interface Parser {
  readonly id: string;
  readonly FunctionName: string;
  readonly FunctionAlias: string;
  readonly FunctionQuery: string;
}

interface EntityMapping {
  readonly entityType: string;
  readonly fieldMappings: readonly { readonly identifier: string; readonly columnName: string }[];
}

export interface HuntingQuery {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly requiredDataConnectors: readonly { readonly connectorId: string; readonly dataTypes: readonly string[] }[];
  readonly tactics: readonly string[];
  readonly relevantTechniques: readonly string[];
  readonly query: string;
  readonly entityMappings?: readonly EntityMapping[];
  readonly version: string;
}

export interface AnalyticRule extends HuntingQuery {
  readonly severity: string;
  readonly status: string;
  readonly queryFrequency: string;
  readonly queryPeriod: string;
  readonly triggerOperator: string;
  readonly triggerThreshold: number;
  readonly customDetails: Readonly<Record<string, string>>;
  readonly alertDetailsOverride: Readonly<Record<string, string>>;
  readonly eventGroupingSettings: { readonly aggregationKind: string };
  readonly incidentConfiguration: {
    readonly createIncident: boolean;
    readonly groupingConfiguration: Readonly<Record<string, unknown>>;
  };
  readonly kind: string;
}

export const parsers = yamlFiles<Parser>("Parsers");
export const rules = yamlFiles<AnalyticRule>("Analytic Rules");
export const huntingQueries = yamlFiles<HuntingQuery>("Hunting Queries");
export const connector: unknown = jsonFile("Data Connectors/SOCDefenders_API_FunctionApp.json");
export const workbook: unknown = jsonFile("Workbooks/SOCDefenders.json");

/** Compiles a query in a workspace that has the solution's parsers besides the tables. */
export const compile: (query: string) => Compiled = openWorkspace({
  tables,
  functions: [...builtIn, ...parsers.map(([, parser]) => asFunction(parser))],
});

export function jsonFile(path: string): unknown {
  return JSON.parse(readFileSync(new URL(encodeURI(path), root), "utf8"));
}

function asFunction({ FunctionAlias, FunctionQuery }: Parser): KustoFunction {
  return { name: FunctionAlias, parameters: "()", body: FunctionQuery };
}

function yamlFiles<Content>(folder: string): readonly (readonly [file: string, content: Content])[] {
  const directory = new URL(`${encodeURI(folder)}/`, root);
  const names = readdirSync(directory).filter((name) => name.endsWith(".yaml"));
  return names.map((name) => [name, parse(readFileSync(new URL(name, directory), "utf8")) as Content]);
}
