import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { compile, huntingQueries, parsers, rules, workbook } from "./kusto/content.ts";
import { objectsIn } from "./kusto/placeholders.ts";

interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly condition?: string;
  readonly dependsOn?: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}
interface Template {
  readonly parameters: Readonly<Record<string, { readonly type: string; readonly defaultValue?: unknown }>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly resources: readonly Resource[];
}

let text: string;
let template: Template;
beforeAll(() => {
  const cwd = new URL("../../packages/sentinel/", import.meta.url);
  const directory = temporaryDirectory();
  execFileSync(process.execPath, ["build-content.ts", directory], { cwd, stdio: "pipe" });
  text = readFileSync(join(directory, "content.json"), "utf8");
  template = JSON.parse(text) as Template;
});

const ofType = (type: string): Resource[] => template.resources.filter((resource) => resource.type.endsWith(type));

test("every piece of content is a resource, once", () => {
  const names = template.resources.map(({ type, name }) => `${type} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(ofType("/savedSearches")).toHaveLength(parsers.length + huntingQueries.length);
  expect(ofType("/alertRules")).toHaveLength(rules.length);
  expect(template.resources).toHaveLength(parsers.length + huntingQueries.length + rules.length + 2);
  expect(JSON.parse(String(ofType("/workbooks")[0]?.properties["serializedData"]))).toEqual(workbook);
});

test("every query in it compiles, and no text of content is taken for an expression of the template", () => {
  const queries = template.resources.flatMap(({ properties }) =>
    typeof properties["query"] === "string" ? [properties["query"]] : [],
  );
  expect(queries.flatMap((query) => compile(query).problems)).toEqual([]);
  for (const { properties } of template.resources) {
    const texts = [...objectsIn(properties)]
      .flatMap((object) => Object.values(object))
      .filter((value) => typeof value === "string");
    const expressions = texts.filter((value) => value.startsWith("["));
    expect(expressions.filter((value) => !/^\[(?:parameters|variables)\('\w+'\)\]$/.test(value))).toEqual([]);
  }
});

test("every parameter and variable is defined and used", () => {
  for (const kind of ["parameters", "variables"] as const) {
    const used = new Set([...text.matchAll(new RegExp(`${kind}\\('(\\w+)'\\)`, "g"))].map(([, name]) => name));
    expect([...used].toSorted()).toEqual(Object.keys(template[kind]).toSorted());
  }
});

test("every dependency is a resource of the template, and functions come before what calls them", () => {
  const idOf = ({ type, name }: Resource): string => {
    const parts = /\/([^/']+)(?:\/([^/']+))?'\)\]$/.exec(name)?.slice(1).filter(Boolean) ?? [];
    return `[resourceId('${type}', parameters('workspaceName'), ${parts.map((part) => `'${part}'`).join(", ")})]`;
  };
  const ids = template.resources.map((resource) => idOf(resource));
  const asked = template.resources.flatMap(({ dependsOn = [] }) => dependsOn);
  expect(asked.filter((id) => !ids.includes(id))).toEqual([]);
  for (const resource of template.resources) {
    const called = parsers
      .map(([, { FunctionAlias }]) => FunctionAlias)
      .filter((name) => String(resource.properties["query"]).includes(name));
    const own = resource.properties["functionAlias"];
    for (const name of called.filter((alias) => alias !== own)) expect(resource.dependsOn?.join()).toContain(`'${name}'`);
  }
});

test("a rule is installed when its name is asked for, with the durations of its file", () => {
  const names = template.parameters["rules"]?.defaultValue as readonly string[];
  expect(names.map((name) => `${name}.yaml`)).toEqual(rules.map(([file]) => file).toSorted());
  const conditions = ofType("/alertRules").map(({ condition }) => condition);
  expect(conditions).toEqual(names.map((name) => `[contains(parameters('rules'), '${name}')]`));
  const hourly = ofType("/alertRules").find(({ properties }) => String(properties["displayName"]).includes("domain asked for"));
  expect(hourly?.properties).toMatchObject({ queryFrequency: "PT1H", queryPeriod: "P14D", triggerOperator: "GreaterThan" });
});
