import { expect, test } from "vitest";
import { elementsOf, fillIn, type Element, type Form } from "./sentinel-template/form.ts";
import { deploySample, identityId, workspaceId } from "./sentinel-template/samples.ts";
import { readForm, readTemplate, stringsOf, textOf, type Json, type JsonObject } from "./sentinel-template/template.ts";

const file = readForm();
const form = file["parameters"] as unknown as Form;
const { parameters } = readTemplate();

const workspace = { "basics.workspace": { id: workspaceId } };
const written = { ...workspace, "feed.apiKey": "a-key" };

// Parameters that only a person with the command line sets.
const withoutField = ["additionalSettings", "tags"];

test("it is a form of the version that the portal reads", () => {
  expect(file).toMatchObject({ handler: "Microsoft.Azure.CreateUIDef", version: "0.1.2-preview" });
  expect(Object.keys(file)).toEqual(["$schema", "handler", "version", "parameters"]);
  expect(Object.keys(form)).toEqual(["config", "basics", "steps", "outputs"]);
  expect(form.steps.flatMap((step) => Object.keys(step).filter((key) => !["name", "label", "elements"].includes(key)))).toEqual([]);
});

// Official schema (CreateUIDefinition.CommonControl.json) and "CreateUiDefinition elements".
const common = ["name", "type", "label", "toolTip", "visible"];
const properties: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Common.CheckBox": [...common, "defaultValue"],
  "Microsoft.Common.DropDown": [...common, "defaultValue", "constraints"],
  "Microsoft.Common.OptionsGroup": [...common, "defaultValue", "constraints"],
  "Microsoft.Common.PasswordBox": [...common, "constraints", "options"],
  "Microsoft.Common.Section": ["name", "type", "label", "elements", "visible"],
  "Microsoft.Common.TextBox": [...common, "defaultValue", "constraints"],
  "Microsoft.Solutions.ResourceSelector": [...common, "resourceType", "constraints", "options"],
};

test.each(elementsOf(form).map((element) => [element.name, element] as const))(
  "element %s has what its type takes",
  (_, element) => {
    const allowed = properties[element.type] ?? [];
    expect(Object.keys(element).filter((key) => !allowed.includes(key))).toEqual([]);
    expect(element["label"]).toBeDefined();
    expect(element.name).toMatch(/^[a-zA-Z]+$/);
  },
);

test("names are used once in a step", () => {
  const places = [
    form.basics,
    ...form.steps.map(({ elements }) => elements),
    ...elementsOf(form).map(({ elements }) => elements ?? []),
  ];
  const twins = places.filter((elements) => new Set(elements.map(({ name }) => name)).size < elements.length);
  expect(twins).toEqual([]);
  expect(new Set(form.steps.map(({ name }) => name)).size).toBe(form.steps.length);
});

test("every expression finds what it names, whatever was chosen", () => {
  const expressions = stringsOf(file as Json).map(([, text]) => text);
  for (const chosen of [{}, { "delivery.destinations": "logs,threat-intelligence" }, { "feed.auth": "basic" }]) {
    const { value } = fillIn(form, { ...written, ...chosen });
    expect(() => expressions.map(value)).not.toThrow();
  }
});

test("text constraints compile, and take the default", () => {
  const texts = elementsOf(form).flatMap((element) => {
    const { regex, required } = (element["constraints"] ?? {}) as { regex?: string; required?: boolean };
    return regex === undefined
      ? []
      : [{ name: element.name, regex: new RegExp(regex), required, text: textOf(element["defaultValue"] ?? "") }];
  });
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter(({ regex, text, required }) => !regex.test(text) && !(text === "" && required === true))).toEqual([]);
});

test.each([
  ["name", ["socdefenders", "soc-2"], ["Soc", "2soc", "soc-", "soc--2", "soc_2"]],
  [
    "endpoint",
    ["https://feed.example/taxii2/"],
    ["http://feed.example/", "https://u:p@feed.example/", "https://feed.example/?key=1"],
  ],
  ["schedule", ["0 */15 * * * *", "0 5 0-23/2 * * 1-5"], ["*/15 * * * *", "0  */15 * * * *"]],
  ["start", ["P30D", "PT12H", "2026-01-01T00:00:00Z"], ["30", "2026-01-01"]],
  ["lifetimeDays", ["", "ipv4=30", "ipv4=30,domain=90"], ["30", "ipv4=30,", "ipv4:30"]],
  ["minConfidence", ["", "0", "70", "100"], ["101", "-1", "high"]],
  ["indicators", ["-1", "4", "30", "730"], ["0", "3", "-2", "x"]],
])("%s takes what is right and nothing else", (name, right, wrong) => {
  const element = elementsOf(form).find((candidate) => candidate.name === name);
  const { regex } = { regex: "field", ...(element?.["constraints"] as { regex: string } | undefined) };
  const expression = new RegExp(regex);
  expect(right.filter((text) => !expression.test(text))).toEqual([]);
  expect(wrong.filter((text) => expression.test(text))).toEqual([]);
});

test("each field is a parameter of the template, each parameter a field", () => {
  expect(Object.keys(form.outputs).toSorted()).toEqual(
    Object.keys(parameters)
      .filter((name) => !withoutField.includes(name))
      .toSorted(),
  );
  const shown = Object.values(form.outputs).join(" ");
  const unused = elementsOf(form).filter(
    ({ name, elements }) => elements === undefined && !new RegExp(`[.']${name}\\b`).test(shown),
  );
  expect(unused.map(({ name }) => name).filter((name) => name !== "identityKind" && name !== "elsewhere")).toEqual([]);
});

test("a form that nobody touched gives the template's own defaults", () => {
  const { outputs } = fillIn(form, workspace);
  const defaults = Object.entries(parameters).filter(
    ([name, { defaultValue }]) => defaultValue !== undefined && !withoutField.includes(name),
  );
  const computed = { location: "westeurope", telemetryWorkspaceResourceId: workspaceId };
  expect(outputs).toEqual({
    ...Object.fromEntries(defaults.map(([name, { defaultValue }]) => [name, defaultValue])),
    ...computed,
    workspaceResourceId: workspaceId,
    feedApiKey: "",
  });
});

test("values are of the parameters' types, and all that a drop-down offers is allowed and offered", () => {
  const { outputs } = fillIn(form, written);
  const types: Readonly<Record<string, string>> = { int: "number", bool: "boolean", string: "string", securestring: "string" };
  expect(Object.entries(outputs).filter(([name, value]) => typeof value !== types[parameters[name]?.type ?? ""])).toEqual([]);
  const offered = (element: Element): Json[] =>
    ((element["constraints"] as JsonObject)["allowedValues"] as unknown as { value: Json }[]).map(({ value }) => value);
  const dropDowns = elementsOf(form).filter(({ type }) => type === "Microsoft.Common.DropDown");
  const wanted = Object.values(parameters).flatMap(({ allowedValues }) => (allowedValues === undefined ? [] : [allowedValues]));
  expect(dropDowns.map(offered).map(textOf).toSorted()).toEqual(wanted.map(textOf).toSorted());
});

test("a user-assigned identity, an own workspace of the logs and what is hidden come out as they should", () => {
  const { outputs } = fillIn(form, {
    ...written,
    "hosting.identityKind": "user",
    "hosting.identity": { id: identityId },
    "hosting.telemetry.elsewhere": true,
    "hosting.telemetry.workspace": { id: "another-workspace" },
    "feed.username": "left over from before",
  });
  expect(outputs).toMatchObject({
    userAssignedIdentityResourceId: identityId,
    telemetryWorkspaceResourceId: "another-workspace",
    feedUsername: "",
  });
  expect(deploySample(readTemplate(), outputs).resources.length).toBeGreaterThan(10);
});
