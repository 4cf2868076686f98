import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The absolute path of something in this repository. */
export const inRepository = (path: string): string => join(root, path);

export const readText = (path: string): string => readFileSync(inRepository(path), "utf8");

const filesIn = (folder: string): string[] =>
  readdirSync(inRepository(folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`);

/** Every page for people, by its path from the root. */
export const pages: readonly string[] = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...filesIn("docs").filter((path) => path.endsWith(".md")),
];

/** Every Markdown file that is ours. */
export const markdown: readonly string[] = [
  ...pages,
  ...["packages", ".changeset"].flatMap(filesIn).filter((path) => path.endsWith(".md") && !/\/(?:node_modules|dist)\//.test(path)),
];

/** Pages that speak of how things are now; a decision speaks of the day it was taken. */
export const currentPages: readonly string[] = pages.filter((path) => !path.startsWith("docs/decisions/"));

/** The sources that are delivered, by path from the root. */
export const sources: readonly string[] = [
  "shared/src",
  ...["cli", "splunk", "sentinel", "opencti"].map((name) => `packages/${name}/src`),
]
  .flatMap(filesIn)
  .filter((path) => path.endsWith(".ts") && !path.includes(".test."));

export interface Block {
  readonly language: string;
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Its lines without the indentation of the block. */
  readonly text: string;
}

/** The fenced blocks of a page, those inside lists included. */
export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)].map(({ 1: indent = "", 2: language = "", 3: body = "", index }) => ({
    language,
    line: page.slice(0, index).split("\n").length + 1,
    text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The code in running text and tables, as it is read: a pipe of a table cell is written `\|`. */
export function inlineCodeOf(page: string): readonly string[] {
  const text = page.replaceAll(/^ *```[^]*?^ *```$/gm, "");
  return [...text.matchAll(/(?<!`)(`+)(?!`)([^]*?[^`])\1(?!`)/g)].map(([, , code = ""]) =>
    code.replaceAll(/\s+/g, " ").replaceAll("\\|", "|").trim(),
  );
}
