import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import parseExpression from "spdx-expression-parse";
import type { BundledPackage } from "./bundled-packages.ts";

/** Licences that let us pass a package on inside an artefact under Apache-2.0, with nothing to do but to hand on their text. */
const allowedLicences: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Python-2.0",
  "Unlicense",
]);

/** Of an expression with OR one side is enough. No licence, or what is no SPDX expression, is not allowed. */
export function isAllowed(expression: string): boolean {
  try {
    return holds(parseExpression(expression));
  } catch {
    return false;
  }
}

function holds(node: parseExpression.Info): boolean {
  if (!("conjunction" in node)) return allowedLicences.has(node.license);
  const [left, right] = [holds(node.left), holds(node.right)];
  return node.conjunction === "or" ? left || right : left && right;
}

/**
 * The text of `THIRD-PARTY-LICENSES.txt`: every bundled package of others with its licence and notice files.
 *
 * @param notices further texts, whole: comments of licence inside the sources, attributions of bundled data
 * @throws Error where a package's licence is not on the list
 */
export function thirdPartyLicences(packages: readonly BundledPackage[], notices: readonly string[]): string {
  const others = packages.filter(({ own }) => !own);
  const refused = others
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) => `${name}@${version} (${licence || "none"})`);
  if (refused.length > 0) throw new Error(`licences that must not be bundled: ${refused.join(", ")}`);
  const chapters = others.map((found) => `${found.name} ${found.version}\n${found.licence}\n\n${licenceText(found)}`);
  return `${[introduction, ...chapters, ...notices].map((chapter) => chapter.trim()).join(`\n\n${"=".repeat(80)}\n\n`)}\n`;
}

const introduction =
  "This artefact is under the Apache License 2.0. It contains the following works of others, under their own licences.";

function licenceText({ name, directory, licence }: BundledPackage): string {
  const files = readdirSync(directory, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && /^(?:licen[cs]e|copying|notice)/i.test(entry.name),
  );
  const texts = files
    .map((file) => file.name)
    .toSorted()
    .map((file) => readFileSync(join(directory, file), "utf8").replaceAll("\r\n", "\n").trim());
  if (texts.length > 0) return texts.join("\n\n");
  // Some packages only name their licence: the words are the same in all, the copyright is their author's.
  if (licence !== "MIT") throw new Error(`${name} brings no text of its licence`);
  return `MIT License\n\nCopyright (c) ${author(directory)}\n\n${mit}`;
}

function author(directory: string): string {
  const { author, name } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  return typeof author === "string" ? author : `the authors of ${String(name)}`;
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
