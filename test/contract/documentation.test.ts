import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const inDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`);
const packed = ["shared", "packages/splunk", "packages/sentinel", "packages/opencti", "packages/cli"].map(
  (path) => `${path}/README.md`,
);
const pages = ["README.md", "SECURITY.md", "CONTRIBUTING.md", ...packed, ...inDocs.filter((path) => path.endsWith(".md"))];

interface Link {
  readonly text: string;
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page to files of this repository, their paths from its root. */
function links(page: string): readonly Link[] {
  const found = withoutCode(read(page)).matchAll(/\[([^\]]+)\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g);
  return [...found].map(([, text = "", target = "", anchor]) => ({
    text: text.replaceAll(/\s+/g, " "),
    path: target === "" ? page : join(dirname(page), decodeURI(target)),
    anchor,
  }));
}

const withoutCode = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "code");

const anchors = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(pages)("every link of %s leads somewhere", (page) => {
  const broken = links(page).filter(
    ({ path, anchor }) => !existsSync(join(root, path)) || (anchor !== undefined && !anchors(path).includes(anchor)),
  );
  expect(broken).toEqual([]);
});

test.each(packed)(
  "%s is right in the package too, where the repository is not: it has no links into it, and paths that are there",
  (page) => {
    expect(links(page)).toEqual([]);
    const named = [...read(page).matchAll(/`((?:docs|packages|shared)\/[\w./-]+\.\w+)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  },
);

test("every claim of the security page names a test that is there", () => {
  const claims = links("docs/security.md").filter(({ path }) => path.endsWith(".test.ts"));
  expect(claims.length).toBeGreaterThan(25);
  expect(claims.filter(({ text, path }) => !read(path).includes(text))).toEqual([]);
});

interface Syntax {
  readonly arguments: number;
  readonly options: ReadonlySet<string>;
}

/** The commands by their whole names, read from their declarations: commander prints nothing that a test could rely on. */
function commands(): ReadonlyMap<string, Syntax> {
  const syntax = new Map<string, Syntax>();
  const groups = new Map<string, string>();
  const source = read("packages/cli/src/main.ts");
  for (const [, parent = "", name = "", body = ""] of source.matchAll(/(program|\w+)\s*\.command\("([\w-]+)"\)([^]*?);\n/g)) {
    const [, group] = new RegExp(`const (\\w+) = ${parent}\\s*\\.command\\("${name}"\\)`).exec(source) ?? [];
    if (group !== undefined) groups.set(group, name);
    const whole = [groups.get(parent), name].filter((part) => part !== undefined).join(" ");
    const options = [...body.matchAll(/(?:\.option|new Option)\(\s*"(--[\w-]+)/g)].map(([, option = ""]) => option);
    syntax.set(whole, { arguments: [...body.matchAll(/\.argument\(/g)].length, options: new Set(options) });
  }
  // Those of `init` are one for each answer.
  const answers = [...read("packages/cli/src/init/settings.ts").matchAll(/\bflag: "([\w-]+)"/g)].map(
    ([, flag = ""]) => `--${flag}`,
  );
  syntax.set("init", { arguments: 1, options: new Set([...(syntax.get("init")?.options ?? []), ...answers]) });
  return syntax;
}

const known = commands();

/** Every call of the command in a page, in code blocks and in running text, without what follows in a comment or a pipe. */
const calls = (page: string): string[] =>
  [...read(page).matchAll(/(?:^|[`\s/])socdefenders(?:\.mjs)? +([a-z][\w-]*(?: [^\n`|#>]*)?)/gm)]
    .map(([, call = ""]) => call.trim())
    .filter((call) => !/^(?:in|is|and|as|of)\b/.test(call));

test("the commands are found", () => {
  expect([...known.keys()]).toEqual(expect.arrayContaining(["run", "check", "map", "dead-letter retry", "checkpoint show"]));
  expect(known.get("run")?.options).toContain("--once");
  expect(pages.flatMap(calls).length).toBeGreaterThan(8);
});

test.each(pages)("every command line of %s is one the command takes", (page) => {
  for (const call of calls(page)) {
    const words = call.split(/\s+/);
    const name = [words.slice(0, 2).join(" "), words[0] ?? ""].find((candidate) => known.has(candidate) || candidate === "help");
    expect([call, name]).toEqual([call, expect.any(String)]);
    const unknown = words
      .filter((word) => word.startsWith("--"))
      .filter((word) => known.get(name ?? "")?.options.has(word.replace(/=.*/, "")) !== true);
    expect([call, unknown]).toEqual([call, []]);
  }
});

test("no option takes a secret", () => {
  const options = [...known.values()].flatMap(({ options: all }) => [...all]);
  expect(options.length).toBeGreaterThan(15);
  expect(options.filter((option) => /key|token|secret|pass|credential/.test(option))).toEqual([]);
});

test.each(["README.md", "CONTRIBUTING.md", "SECURITY.md"])("every script that %s tells to run is there", (page) => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const told = [...read(page).matchAll(/^\s*p?npm (?:run )?([\w:]+)|`p?npm (?:run )?([\w:]+)`/gm)].map(
    ([, line, text]) => line ?? text ?? "",
  );
  expect(told.filter((name) => scripts[name] === undefined)).toEqual([]);
});
