import { expect, test } from "vitest";
import * as deploymentChecks from "./sentinel-template/deployment-checks.ts";
import { parseExpression } from "./sentinel-template/expression.ts";
import type { Check } from "./sentinel-template/name-checks.ts";
import * as names from "./sentinel-template/name-checks.ts";
import * as secrets from "./sentinel-template/secret-checks.ts";
import { missingSettings, settingValues, unknownSettings } from "./sentinel-template/settings-checks.ts";
import * as tables from "./sentinel-template/table-checks.ts";
import { readTemplate } from "./sentinel-template/template.ts";

const { roles: _roles, ...nameChecks } = names;
const checks = Object.entries<Check>({ ...nameChecks, ...deploymentChecks, ...secrets, ...tables, missingSettings, settingValues, unknownSettings });

test.each(checks)("the template: %s", (_, check) => {
  expect(check(readTemplate())).toEqual([]);
});

test.each(["[a(]", "[a('x)]", "[a() b()]", "[a(,)]", "['x', 'y']", "[a().]", "[a]", "[]"])("%s is no expression", (text) => {
  expect(() => parseExpression(text)).toThrow(/expected/);
});
