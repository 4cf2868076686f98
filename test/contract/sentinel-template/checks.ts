import * as deployment from "./deployment-checks.ts";
import * as names from "./name-checks.ts";
import * as secrets from "./secret-checks.ts";
import { missingSettings, settingValues, unknownSettings } from "./settings-checks.ts";
import * as tables from "./table-checks.ts";

const { roles: _roles, ...nameChecks } = names;

/** All checks of the template by name. */
export const checks: readonly [string, names.Check][] = Object.entries<names.Check>({
  ...nameChecks,
  ...deployment,
  ...secrets,
  ...tables,
  missingSettings,
  settingValues,
  unknownSettings,
});
