import { deploymentChecks } from "./deployment-checks.ts";
import { nameChecks, type Check } from "./name-checks.ts";
import { secretChecks } from "./secret-checks.ts";
import { settingChecks } from "./settings-checks.ts";
import { tableChecks } from "./table-checks.ts";

/** All checks of the template by name. */
export const checks: readonly [string, Check][] = Object.entries<Check>({
  ...nameChecks,
  ...deploymentChecks,
  ...secretChecks,
  ...tableChecks,
  ...settingChecks,
});
