import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { BundledPackage } from "./bundled-packages.ts";
import { isAllowed, thirdPartyLicences } from "./third-party-licences.ts";

/** An installed package with these files. */
function installed(name: string, licence: string, files: Readonly<Record<string, string>>, own = false): BundledPackage {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-licence-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "licenses"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return { name, version: "1.2.3", licence, directory, own };
}

test.each([
  ["MIT", true],
  ["MIT OR GPL-3.0-only", true],
  ["(MIT AND BSD-3-Clause)", true],
  ["MIT AND GPL-3.0-only", false],
  ["GPL-3.0-only OR AGPL-3.0-only", false],
  ["AGPL-3.0-or-later", false],
  ["SEE LICENSE IN LICENSE.md", false],
  ["UNLICENSED", false],
  ["", false],
])("%s: may be bundled: %s", (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

test("a build with a licence that is not on the list fails, and names every such package", () => {
  const packages = [
    installed("one", "GPL-3.0-only", {}),
    installed("two", "", {}),
    installed("three", "MIT", { LICENSE: "MIT text" }),
  ];
  expect(() => thirdPartyLicences(packages, [])).toThrow(
    "licences that must not be bundled: one@1.2.3 (GPL-3.0-only), two@1.2.3 (none)",
  );
});

test("every licence and notice file of a package is in, and the notices given", () => {
  const text = thirdPartyLicences(
    [installed("one", "Apache-2.0", { "LICENSE.txt": "the licence\r\n", NOTICE: "the notice" })],
    ["of the data"],
  );
  expect(text).toContain("one 1.2.3\nApache-2.0\n\nthe licence\n\nthe notice\n");
  expect(text).toMatch(/=\n\nof the data\n$/);
});

test("a package that only names MIT gets its text with the author; one that only names another licence fails the build", () => {
  const author = JSON.stringify({ name: "one", author: "A. Author <a@example.com>" });
  expect(thirdPartyLicences([installed("one", "MIT", { "package.json": author })], [])).toMatch(
    /Copyright \(c\) A\. Author[^]*AS IS/,
  );
  expect(() => thirdPartyLicences([installed("one", "ISC", { "package.json": author })], [])).toThrow(
    "one brings no text of its licence",
  );
});

test("packages of this repository are no work of others", () => {
  expect(thirdPartyLicences([installed("@socdefenders/shared", "Apache-2.0", {}, true)], [])).not.toContain("@socdefenders/shared");
});
