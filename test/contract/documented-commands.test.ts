import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { commandsIn, commandsOf, elsewhere, executed, notRun, type DocumentedCommand } from "./commands.ts";
import { currentPages, inRepository, readText } from "./pages.ts";

const commands = currentPages.flatMap(commandsOf);

const isKnown = ({ text }: DocumentedCommand): boolean =>
  executed.test(text) || [...elsewhere, ...notRun].some(({ command }) => command.test(text));

test("every command of every page is run by a test, or known to need what no test machine has", () => {
  expect(commands.length).toBeGreaterThan(60);
  expect(commands.filter((command) => !isKnown(command))).toEqual([]);
});

test("a new command in a page is found out, wherever it stands", () => {
  const page = `${readText("README.md")}\n1. Then:\n\n   \`\`\`sh\n   socdefenders new --thing \\\n     more   # why\n   \`\`\`\n`;
  const [added] = commandsIn(page, "README.md").filter((command) => !isKnown(command));
  expect(added?.text).toBe("socdefenders new --thing \\\n  more");
});

test("what is said to be run elsewhere is, and each line of the tables is needed", () => {
  expect(elsewhere.filter(({ file, text }) => !readText(file).includes(text))).toEqual([]);
  const idle = [...elsewhere, ...notRun].filter(({ command }) => !commands.some(({ text }) => command.test(text)));
  expect(idle).toEqual([]);
});

/** What bash says of a text's syntax, `<version>` and `<any member>` being for the reader to fill in; undefined where it is right. */
function syntaxError(text: string): string | undefined {
  try {
    execFileSync("bash", ["-n"], { input: text.replaceAll(/<[a-z ]+>/g, "VALUE"), stdio: "pipe" });
    return undefined;
  } catch (error) {
    return String((error as { readonly stderr: Buffer }).stderr);
  }
}

test("every command is one to a shell", () => {
  const wrong = commands.flatMap((command) => syntaxError(command.text) ?? []);
  expect(wrong).toEqual([]);
  expect(syntaxError('give() { echo "$1"; ')).toContain("syntax error");
});

/** The files of this repository that a command names and that neither are there nor are made by the build. */
function missingFiles(text: string): readonly string[] {
  const named = text.match(/(?<![\w/.-])(?:packages|docs|test|shared)\/[\w./-]+/g) ?? [];
  return named.filter((path) => !existsSync(inRepository(path)) && !builtFiles.has(path));
}

const builtFiles = new Set([
  "packages/cli/dist/socdefenders.mjs",
  "packages/sentinel/dist/function-app.zip",
  "packages/sentinel/dist/content.json",
  "packages/opencti/dist/connector.mjs",
]);

test("every file that a command names is there, or is what the build makes", () => {
  expect(commands.flatMap(({ text }) => missingFiles(text))).toEqual([]);
  expect(missingFiles("az deployment --template-file packages/sentinel/infra/mainTemplate.json")).toHaveLength(1);
});

/** The parameters that a deployment gives to a template of ours and that the template does not have. */
function unknownParameters(text: string): readonly string[] {
  const [, file] = /--template-file (packages\/sentinel\/infra\/\S+)/.exec(text) ?? [];
  if (file === undefined) return [];
  const { parameters } = JSON.parse(readText(file)) as { readonly parameters: object };
  const [, given = ""] = /--parameters ([^]*?)(?=\n? *--[a-z]|$)/.exec(text) ?? [];
  const names = [...given.replaceAll(/"[^"]*"/g, "VALUE").matchAll(/(?:^|\s)(\w+)=/g)].map(([, name = ""]) => name);
  return names.filter((name) => !(name in parameters));
}

test("every parameter that a deployment gives is one of the template", () => {
  expect(commands.filter(({ text }) => text.includes("--template-file packages/sentinel/infra/")).length).toBeGreaterThan(0);
  expect(commands.flatMap(({ text }) => unknownParameters(text))).toEqual([]);
  const wrong = "az deployment group create --template-file packages/sentinel/infra/azuredeploy.json --parameters destination=logs";
  expect(unknownParameters(wrong)).toEqual(["destination"]);
});

/** The flags and variables that a text gives to a script of ours and that the script does not read. */
function unread(name: string, text: string): readonly string[] {
  const script = readText(`docs/verify-${name}.sh`);
  const calls = [...text.matchAll(new RegExp(`.*verify-${name}\\.sh[^\`]*?(?=\`|$)`, "gm"))];
  const given = calls.flatMap(([call]) => [...(call.match(/--[\w-]+/g) ?? []), ...(call.match(/\b[A-Z_]{2,}(?==)/g) ?? [])]);
  return given.filter((word) => !script.includes(word));
}

test.each(["splunk", "sentinel", "opencti"])("what verify-%s.sh is given is what it reads", (name) => {
  expect(currentPages.flatMap((page) => unread(name, readText(page)))).toEqual([]);
  expect(unread(name, `NOBODY=1 sh docs/verify-${name}.sh --nothing`)).toEqual(["--nothing", "NOBODY"]);
});
