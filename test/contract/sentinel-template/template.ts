import { readFileSync } from "node:fs";
import { callsIn, isExpression, parseExpression, type Expression } from "./expression.ts";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

interface Parameter extends JsonObject {
  readonly type: string;
  readonly defaultValue?: Json;
  readonly allowedValues?: readonly Json[];
}

export interface Resource extends JsonObject {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly condition?: Json;
  readonly dependsOn?: readonly string[];
  readonly properties: JsonObject | string;
}

export interface Template extends JsonObject {
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly variables?: JsonObject;
  readonly resources: readonly Resource[];
  readonly outputs?: Readonly<Record<string, JsonObject & { readonly value: Json }>>;
}

/** A value as a text; a text as it is. */
export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const folder = new URL("../../../packages/sentinel/infra/", import.meta.url);
const readJson = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

export const readTemplate = (): Template => readJson("azuredeploy.json") as Template;
export const readForm = (): JsonObject => readJson("createUiDefinition.json") as JsonObject;

/** The template of a nested deployment. */
export function nestedTemplate({ type, properties }: Resource): Template | undefined {
  if (type !== "Microsoft.Resources/deployments" || typeof properties === "string") return undefined;
  return properties["template"] as unknown as Template;
}

/** The template itself and its nested ones: parameters, variables and expressions of each are its own. */
export function scopesOf(template: Template): Template[] {
  return [template, ...template.resources.flatMap((resource) => nestedTemplate(resource) ?? [])];
}

/** All resources, those of nested templates too. */
export const allResources = (template: Template): Resource[] => scopesOf(template).flatMap(({ resources }) => resources);

/** Every string of a value with the way to it; those of nested templates are left out, as they are of another scope. */
export function stringsOf(value: Json | undefined, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object") return [];
  const entries: [string, Json | undefined][] = Object.entries(value);
  return entries
    .filter(([name]) => !`${path}/${name}`.endsWith("/properties/template"))
    .flatMap(([name, inner]) => stringsOf(inner, `${path}/${name}`));
}

/** The expressions of a value as trees. Throws Error for one that is none. */
export const expressionsOf = (value: Json | undefined): [path: string, tree: Expression][] =>
  stringsOf(value)
    .filter(([, text]) => isExpression(text))
    .map(([path, text]) => [path, parseExpression(text)]);

/** Names of the parameters (or variables) that the expressions of a value use. */
export function used(kind: "parameters" | "variables", value: Json | undefined): string[] {
  const calls = expressionsOf(value).flatMap(([, tree]) => callsIn(tree));
  return calls.filter(({ name }) => name === kind).map(({ arguments: [first] }) => (first?.kind === "text" ? first.value : "?"));
}
