import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const filesIn = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);

const files = ["packages/sentinel/content/", "packages/sentinel/infra/"].flatMap(filesIn);
const manual = read("docs/sentinel.md");
const [, explained = ""] = /^## Before it is published$([\s\S]*?)^## /m.exec(manual) ?? [];

// Words that people leave where somebody else is to write something, and ids that are none.
const placeholder =
  /\b(?:TODO|FIXME|TBD|XXX+|CHANGE_?ME|REPLACE_?ME|PLACEHOLDER|LOREM|ORGANI[SZ]ATION|REPOSITORY|TAG|YOUR[-_]\w+)\b|0{8}-0{4}-|contoso|fabrikam|<[A-Z_-]{3,}>/;

test.each(files.map((file) => [file.slice(file.indexOf("packages/")), file]))("%s has no placeholder", (_, file) => {
  expect(readFileSync(file, "utf8").match(placeholder)?.[0]).toBeUndefined();
});

test("the placeholders of the link are in it alone, and are explained with the names that others give", () => {
  const others = manual.replace(explained, "").replace(/^## Deploy by button$[\s\S]*?^## /m, "## ");
  expect(others).not.toMatch(/\b(?:ORGANISATION|REPOSITORY|TAG)\b/);
  const link = /^\[!\[Deploy to Azure\].*$/m.exec(manual)?.[0] ?? "";
  for (const name of ["ORGANISATION", "REPOSITORY", "TAG"]) {
    expect(link).toContain(`%2F${name}%2F`);
    expect(explained).toContain(`\`${name}\``);
  }
});

test("the names that others give stand in one file, and every further place says the same", () => {
  const metadata = JSON.parse(read("packages/sentinel/content/SolutionMetadata.json")) as {
    readonly publisherId: string;
    readonly offerId: string;
    readonly support: { readonly email: string; readonly link: string };
  };
  const solution = JSON.parse(read("packages/sentinel/content/Data/Solution_SOCDefenders.json")) as { readonly Author: string };
  expect(solution.Author).toBe(`SOC Defenders - ${metadata.support.email}`);
  for (const name of ["publisherId", "offerId", "support.email", "support.link"]) expect(explained).toContain(`\`${name}\``);
  const addresses = files.flatMap((file) => readFileSync(file, "utf8").match(/[\w.+-]+@[\w-]+\.[a-z]{2,}/g) ?? []);
  expect(new Set(addresses)).toEqual(new Set([metadata.support.email]));
  const holding = files.filter((file) => readFileSync(file, "utf8").includes(metadata.offerId));
  expect(holding.map((file) => file.split("/").at(-1))).toEqual(["SolutionMetadata.json"]);
});
