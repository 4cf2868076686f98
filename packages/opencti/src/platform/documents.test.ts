import { checkOpenctiDocument } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import * as documents from "./documents.ts";

test.each(Object.values(documents).map(({ name, text }) => [name, text]))(
  "%s is valid on every supported platform",
  (name, text) => {
    expect(checkOpenctiDocument(text)).toEqual([]);
    expect(text).toContain(` ${name} `.trim());
  },
);

test("what only some platforms have is noticed", () => {
  expect(checkOpenctiDocument(`mutation { workAdd(connectorId: "x", isMultiPartWork: true) { id } }`)).toHaveLength(1);
});
