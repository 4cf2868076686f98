import { expect, test } from "vitest";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { articleParameters, checkArticleId, type ArticleExpansion } from "./article-query.ts";

test("what is not asked for is not sent", () => {
  expect(articleParameters({}).toString()).toBe("");
  expect(articleParameters({ includeArchived: false }).toString()).toBe("");
});

test("lists are separated by commas, and the same question has one form", () => {
  const query = articleParameters({ expand: ["mitre", "iocs", "mitre"], fields: ["title", "id"], includeArchived: true });
  expect(Object.fromEntries(query)).toEqual({ expand: "iocs,mitre", fields: "id,title", include_archived: "true" });
});

test.each([
  [{ expand: ["everything" as ArticleExpansion] }, /expand: unknown: "everything"/],
  [{ expand: [] }, /expand: an empty list/],
  [{ fields: ["id&api_key=1"] }, /fields: unknown/],
  [{ fields: [] }, /fields: an empty list/],
])("%j is refused with what there is to choose from", (query, message) => {
  expect(() => articleParameters(query)).toThrow(ConfigurationError);
  expect(() => articleParameters(query)).toThrow(message);
});

test.each(["", "../../iocs", "3f0c1a52", "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c01/x", "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c0g"])(
  "%j is no id",
  (id) => {
    expect(() => checkArticleId(id)).toThrow(ConfigurationError);
  },
);

test("an id is written in lower case", () => {
  expect(checkArticleId("3F0C1A52-7D1E-4C55-9A70-1B6F7A7F0C01")).toBe("3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c01");
});
