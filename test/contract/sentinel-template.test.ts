import { expect, test } from "vitest";
import { checks } from "./sentinel-template/checks.ts";
import { parseExpression } from "./sentinel-template/expression.ts";
import { readTemplate } from "./sentinel-template/template.ts";

test.each(checks)("the template: %s", (_, check) => {
  expect(check(readTemplate())).toEqual([]);
});

test.each(["[a(]", "[a('x)]", "[a() b()]", "[a(,)]", "['x', 'y']", "[a().]", "[a]", "[]"])("%s is no expression", (text) => {
  expect(() => parseExpression(text)).toThrow(/expected/);
});
