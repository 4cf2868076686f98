import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseConfig } from "@socdefenders/sentinel";
import { expect, test } from "vitest";
import { parsers, rules } from "./kusto/content.ts";
import { openWorkspace } from "./kusto/language-service.ts";
import { builtIn, tables } from "./kusto/tables.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const manual = read("docs/sentinel.md");

/** A section with those below it, by its heading. */
function section(heading: string): string {
  const [marks = ""] = /^#+/.exec(heading) ?? [];
  const [, , text] = manual.split(new RegExp(`^(${heading.replaceAll(/[().?]/g, "\\$&")})$`, "m"));
  return text?.split(new RegExp(`^#{1,${marks.length}} `, "m"))[0] ?? "";
}

/** Names in the first column of the tables of a section. */
const firstColumn = (heading: string): string[] =>
  [...section(heading).matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(([, cell = ""]) => cell.replaceAll("`", "").split(", "));

const sourcesIn = (folder: string): (readonly [path: string, text: string])[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes(".test."))
    .map((path) => [path, read(folder + path)]);

test("the settings that are explained are those that are read", () => {
  const texts = [...sourcesIn("packages/sentinel/src/").map(([, text]) => text), read("shared/src/http/proxy.ts")];
  const named = texts.flatMap((text) => [
    ...[...text.matchAll(/"([A-Z]+(?:_[A-Z]+)+|AzureWebJobsStorage(?:__\w+)?)"/g)].map(([, name = ""]) => name),
    ...(text.match(/AzureFunctionsJobHost__\w+/g) ?? []),
  ]);
  const settings = [...new Set(named)].toSorted();
  expect(settings.length).toBeGreaterThan(35);
  expect(firstColumn("## Settings").toSorted()).toEqual(settings);
});

interface Template {
  readonly parameters: Readonly<Record<string, { readonly defaultValue?: unknown }>>;
  readonly resources: readonly { readonly name: string; readonly properties?: { readonly template?: Template } }[];
  readonly outputs?: Readonly<Record<string, unknown>>;
}
const template = JSON.parse(read("packages/sentinel/infra/azuredeploy.json")) as Template;

test("the parameters that are explained are those of the template, with its defaults", () => {
  expect(firstColumn("## Parameters").toSorted()).toEqual(Object.keys(template.parameters).toSorted());
  const rows = section("## Parameters").matchAll(/^\| `(\w+)` +\| (?:`([^`]*)`)?/gm);
  for (const [, name = "", written = ""] of rows) {
    const { defaultValue = "" } = template.parameters[name] ?? {};
    const text = typeof defaultValue === "string" ? defaultValue : JSON.stringify(defaultValue);
    expect(`${name} ${written}`).toBe(`${name} ${text.startsWith("[") ? "" : text}`);
  }
});

test("the parts of the template that are deployed by hand get their parameters", () => {
  const commands = [...section("## Deploy by hand").matchAll(/part (\w+) > [\s\S]*?```/g)];
  expect(commands.length).toBe(2);
  for (const [command, part] of commands) {
    const nested = template.resources.find(({ name }) => name === `[variables('${part}')]`)?.properties?.template;
    const given = [...command.matchAll(/(\w+)=(?!=)/g)].map(([, name]) => name);
    expect(given).toEqual(expect.arrayContaining(Object.keys(nested?.parameters ?? { missing: true })));
    for (const [, output] of command.matchAll(/outputs\.(\w+)/g)) expect(Object.keys(nested?.outputs ?? {})).toContain(output);
  }
});

test("outputs of the deployment that commands ask for are there", () => {
  const asked = [...manual.matchAll(/azuredeploy --query properties\.outputs\.(\w+)/g)].map(([, name]) => name);
  expect(asked.length).toBeGreaterThan(1);
  expect(Object.keys(template.outputs ?? {})).toEqual(expect.arrayContaining(asked));
});

test("the roles are those that the template gives", () => {
  const identifier = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
  const given = read("packages/sentinel/infra/azuredeploy.json").match(identifier) ?? [];
  expect(section("## Roles").match(identifier)?.toSorted()).toEqual([...new Set(given)].toSorted());
});

// Of the command alone: the lock of a directory, the vendor's export, what is accepted by an option, a file of dead letters that is full.
const neverInTheFunction = /^(?:checkpoint|vendor)\//;
const ofTheCommand = ["reset_accepted", "gap_accepted", "dead_letters_dropped"];

test("the events of the log that are explained are those that the function logs", () => {
  const shared = sourcesIn("shared/src/").filter(([path]) => !neverInTheFunction.test(path));
  const logged = [...shared, ...sourcesIn("packages/sentinel/src/")].flatMap(([, text]) =>
    [...text.matchAll(/\b(?:info|warn|error|fail)\(\s*"(\w+)"|\bevent: "(\w+)"/g)].map(
      ([, called, written]) => called ?? written ?? "",
    ),
  );
  const explained = [...manual.matchAll(/event=([a-z]\w*)/g)].map(([, name]) => name ?? "");
  const events = [...new Set(logged)].filter((name) => !ofTheCommand.includes(name));
  expect([...new Set(explained)].toSorted()).toEqual(events.toSorted());
});

test("what is linked is there", () => {
  const links = [...manual.matchAll(/\]\((?!https:)([^)#]*)(#[\w-]+)?\)/g)].map(([, path = "", anchor = ""]) => ({ path, anchor }));
  const anchors = [...manual.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => toAnchor(heading));
  const missing = links.filter(({ path, anchor }) =>
    path === "" ? !anchors.includes(anchor) : !existsSync(new URL(path, new URL("docs/", root))),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

const toAnchor = (heading: string): string =>
  `#${heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(" ", "-")}`;

// Azure Monitor Logs reference, tables/apptraces.md.
const appTraces = {
  TimeGenerated: "datetime",
  AppRoleName: "string",
  Message: "string",
  SeverityLevel: "int",
  OperationId: "string",
};
const compile = openWorkspace({
  tables: { ...tables, AppTraces: appTraces },
  functions: [
    ...builtIn,
    ...parsers.map(([, parser]) => ({ name: parser.FunctionAlias, parameters: "()", body: parser.FunctionQuery })),
  ],
});
const blocks = [...manual.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, query = ""]) => query.trim());
const inTables = [...manual.matchAll(/`((?:SOCDefenders|ThreatIntel)\w+ \\\| [^`]+)`/g)].map(([, query = ""]) =>
  query.replaceAll("\\|", "|"),
);

test.each([...blocks, ...inTables])("the query %j compiles", (query) => {
  expect(compile(query).problems).toEqual([]);
});

test("queries are found where they are", () => {
  expect([blocks.length > 6, inTables.length > 0]).toEqual([true, true]);
});

test("the rules that are listed are those of the content", () => {
  expect(
    firstColumn("## Content")
      .filter((name) => !name.startsWith("SOCDefenders"))
      .toSorted(),
  ).toEqual(rules.map(([file]) => file.replace(".yaml", "")).toSorted());
});

test("the section for retrying dead letters is one that the connector reads", () => {
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(manual) ?? [];
  const { sentinel } = parse(yaml.replaceAll("…", "x")) as { readonly sentinel: unknown };
  const { logs, threatIntelligence, application } = parseConfig(sentinel, "sentinel");
  expect([logs?.ruleId, threatIntelligence?.compound, application?.clientId]).toEqual(["dcr-x", "split", expect.any(String)]);
});
