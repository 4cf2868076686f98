import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "./command-syntax.ts";
import { inRepository, markdown, pages, readText } from "./pages.ts";

interface Link {
  readonly text: string;
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a text to files of this repository, their paths from its root; `page` is where the text stands. */
function links(page: string, content = readText(page)): readonly Link[] {
  const found = withoutCode(content).matchAll(/\[([^\]]+)\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g);
  return [...found].map(([, text = "", target = "", anchor]) => ({
    text: text.replaceAll(/\s+/g, " "),
    path: target === "" ? page : join(dirname(page), decodeURI(target)),
    anchor,
  }));
}

const withoutBlocks = (text: string): string => text.replaceAll(/^ *```[^]*?^ *```$/gm, "");
const withoutCode = (text: string): string => withoutBlocks(text).replaceAll(/`[^`\n]*`/g, "code");

/** The anchors of a page as GitHub makes them: a heading that comes again gets a number. */
function anchors(page: string): readonly string[] {
  const found: string[] = [];
  for (const [, heading = ""] of withoutBlocks(readText(page)).matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    const before = found.filter((other) => other === anchor || other.startsWith(`${anchor}-`)).length;
    found.push(found.includes(anchor) ? `${anchor}-${before}` : anchor);
  }
  return found;
}

const brokenLinks = (page: string, content?: string): readonly Link[] =>
  links(page, content).filter(
    ({ path, anchor }) => !existsSync(inRepository(path)) || (anchor !== undefined && !anchors(path).includes(anchor)),
  );

test.each(markdown)("every link of %s leads somewhere", (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

const packed = ["shared", "packages/splunk", "packages/sentinel", "packages/opencti", "packages/cli"].map(
  (path) => `${path}/README.md`,
);

test.each(packed)(
  "%s is right in the package too, where the repository is not: it has no links into it, and paths that are there",
  (page) => {
    expect(links(page)).toEqual([]);
    const named = [...readText(page).matchAll(/`((?:docs|packages|shared)\/[\w./-]+\.\w+)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(inRepository(path)))).toEqual([]);
  },
);

test("a link to no file, and one to no heading, are found out", () => {
  const text = "[one](docs/nowhere.md) [two](docs/concepts.md#no-such-heading) [three](docs/concepts.md#position)";
  expect(brokenLinks("README.md", text).map(({ text: name }) => name)).toEqual(["one", "two"]);
});

test("the index leads to every page of the documentation", () => {
  const there = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== "docs/README.md");
  const linked = links("docs/README.md").map(({ path }) => path);
  expect(there.filter((page) => !linked.includes(page))).toEqual([]);
});

const claimsWithoutTest = (page: string, content?: string): readonly Link[] =>
  links(page, content).filter(
    ({ text, path }) => /^test\/|\.test\.ts$/.test(path) && path.endsWith(".ts") && !isName(text) && !readText(path).includes(text),
  );

/** A file named by itself claims nothing. */
const isName = (text: string): boolean => /^\S+\.ts$/.test(text);

test.each(pages)("every claim of %s that names a test names one that is there", (page) => {
  expect(claimsWithoutTest(page)).toEqual([]);
});

test("security and concepts name a test for most of what they say", () => {
  const claims = (page: string): number =>
    links(page).filter(({ path }) => path.startsWith("test/") || path.endsWith(".test.ts")).length;
  expect(claims("docs/security.md")).toBeGreaterThan(25);
  expect(claims("docs/concepts.md")).toBeGreaterThan(25);
  expect(claimsWithoutTest("docs/security.md", "[it flies](../test/contract/sink.ts)")).toHaveLength(1);
});

const known = commands();

/** Every call of the command in a page, in code blocks and in running text, without what follows in a comment or a pipe. */
const calls = (page: string): string[] =>
  [...readText(page).matchAll(/(?:^|[`\s/])socdefenders(?:\.mjs)? +([a-z][\w-]*(?: [^\n`|#>]*)?)/gm)]
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
  const { scripts } = JSON.parse(readText("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const told = [...readText(page).matchAll(/^\s*p?npm (?:run )?([\w:]+)|`p?npm (?:run )?([\w:]+)`/gm)].map(
    ([, line, text]) => line ?? text ?? "",
  );
  expect(told.filter((name) => scripts[name] === undefined)).toEqual([]);
});
