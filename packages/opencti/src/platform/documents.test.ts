import { checkOpenctiDocument, openctiVersions } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import * as documents from "./documents.ts";
import type { Operation } from "./documents.ts";

const pairs = Object.values(documents as Readonly<Record<string, Operation<unknown>>>).flatMap((operation) =>
  openctiVersions
    .filter((version) => operation.since === undefined || !version.startsWith("6."))
    .map((version) => ({ ...operation, version })),
);

test.each(pairs)("$name is valid on OpenCTI $version", ({ name, text, version }) => {
  expect(checkOpenctiDocument(text, version)).toEqual([]);
  expect(text).toContain(` ${name}`);
});

test("every document is looked at on every version, but for what is said to be newer", () => {
  expect(openctiVersions).toEqual(["6.8.10", "6.9.17", "7.260817.0"]);
  const newer = Object.values(documents as Readonly<Record<string, Operation<unknown>>>).filter(({ since }) => since !== undefined);
  for (const { text } of newer) expect(checkOpenctiDocument(text, "6.9.17")).not.toEqual([]);
});

test("a misspelt field is noticed", () => {
  expect(checkOpenctiDocument(`{ about { versions } }`, "7.260817.0")).toHaveLength(1);
});
