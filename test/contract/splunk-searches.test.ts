import { expect, test } from "vitest";
import { dashboards, eventFields, healthFields, knowledgeConf, list, searches, templates } from "./splunk/files.ts";
import * as known from "./splunk/specification.ts";
import { expandMacros, isGenerating, madeNames, parseSearch, type Token } from "./splunk/spl.ts";

const macros = knowledgeConf("macros");
const transforms = knowledgeConf("transforms");
const columns = (lookup: string): string[] => list(transforms.get(lookup)?.get("fields_list"));
const expanded = searches().map(([where, search]) => [where, expandMacros(search, macros)] as const);

test.each(expanded)("%s: brackets pair and every command is one of Splunk's", (_, search) => {
  const pipeline = parseSearch(search);
  const names = pipeline.slice(isGenerating(search) ? 0 : 1).map(([name]) => name?.text ?? "");
  expect(names.filter((name) => !known.commands.includes(name))).toEqual([]);
});

test.each(expanded)("%s: every lookup is there, with the fields that are asked of it", (_, search) => {
  const commands = parseSearch(search).map((command) => command.map(({ text }) => text));
  const asked = commands.filter(([name]) => name?.endsWith("lookup")).map((words) => splitAtLookup(words));
  expect(asked.filter(({ lookup }) => !transforms.has(lookup))).toEqual([]);
  const unknown = asked.flatMap(({ lookup, fields }) => fields.filter((field) => !columns(lookup).includes(field)));
  expect(unknown).toEqual([]);
});

/** The name of the lookup, and of a `lookup` command the fields behind it. */
function splitAtLookup(words: readonly string[]): { readonly lookup: string; readonly fields: readonly string[] } {
  const at = words.findIndex((text) => text.startsWith("socdefenders_"));
  return { lookup: words[at] ?? "", fields: words[0] === "lookup" ? lookupFields(words.slice(at + 1)) : [] };
}

/** The fields on the side of the lookup: those before AS, on both sides of OUTPUT. */
function lookupFields(words: readonly string[]): string[] {
  const fields = words.join(" ").replaceAll(/ AS \w+/g, "");
  return fields.split(/[ ,]+/).filter((text) => text !== "OUTPUT");
}

test.each(expanded)("%s: what is written to a lookup is all of its columns, in its order", (_, search) => {
  const pipeline = parseSearch(search);
  for (const [place, command] of pipeline.entries()) {
    if (command[0]?.text !== "outputlookup") continue;
    const target = command.at(-1)?.text ?? "";
    const file = templates("knowledge")
      .get(`lookups/${transforms.get(target)?.get("filename")}`)
      ?.trim();
    const written = (pipeline[place - 1] ?? []).filter(({ kind }) => kind === "word").map(({ text }) => text);
    expect(written).toEqual(["table", ...(file === undefined ? columns(target) : list(file))]);
  }
});

test.each(expanded)("%s: every name is a field, a data set, or of Splunk's language", (_, search) => {
  const names = new Set([...alwaysKnown, ...madeNames(search)]);
  const words = parseSearch(search).flatMap((command) =>
    command.filter(({ kind, text }, place) => kind === "word" && text !== "*" && !isLiteral(command, place)),
  );
  expect(words.map(({ text }) => text).filter((word) => !names.has(word))).toEqual([]);
});

const dataSets = Object.entries(known.commonInformationModel).flatMap(([path, names]) => {
  const set = path.slice(path.indexOf(".") + 1);
  return [path, `${set}.*`, ...names.map((name) => `${set}.${name}`)];
});
const alwaysKnown = [
  ...eventFields(),
  ...[...transforms.keys()].flatMap((lookup) => [lookup, ...columns(lookup)]),
  ...dataSets,
  ...[healthFields(), known.splunkFields, known.commands, known.functions, known.keywords, known.options].flat(),
];

/** A literal behind a comparison, or a bare word of the search before the first pipe. */
function isLiteral(command: readonly Token[], place: number): boolean {
  const isKnown = /^(?:run|skipped|refused|withheld|failed|splunkd|socdefenders(?::\w+)?|WARN|ERROR|_internal)$/.test(
    command[place]?.text ?? "",
  );
  return isKnown && (command[place - 1]?.text === "=" || command[0]?.text === "index");
}

test("every macro that a search names is there, and each that is there is named", () => {
  const texts = [...macros.values()].map((macro) => macro.get("definition")).join(" ") + searches().join(" ");
  expect([...macros.keys()].filter((name) => !texts.includes(`\`${name.replace(/\(.*/, "")}`))).toEqual([]);
});

test("the navigation names the dashboards that are there", () => {
  const nav = templates("knowledge").get("default/data/ui/nav/default.xml") ?? "";
  const views = [...nav.matchAll(/<view name="(\w+)"/g)].map(([, name]) => name).filter((name) => name !== "search");
  expect(views.toSorted()).toEqual(dashboards().map(([path]) => path.replace(/^.*\/|\.xml$/g, "")));
});

test.each([
  ["| table (a", "stay open"],
  ["| table a)", "closes nothing"],
  ["| eval a=[b | c]", "a pipe inside"],
  ["| table a | | table b", "an empty command"],
  ['| eval a="b', "not understood"],
])("%s is not taken for a search", (search, reason) => {
  expect(() => parseSearch(search)).toThrow(reason);
});

test("macros take the arguments they name", () => {
  expect(expandMacros("`socdefenders_true(revoked)`", macros)).toContain("coalesce(revoked,");
  expect(() => expandMacros("`socdefenders_true`", macros)).toThrow("no macro");
});
