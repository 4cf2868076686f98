import { expect, test } from "vitest";
import { checks } from "./sentinel-template/checks.ts";
import { readTemplate, type Template } from "./sentinel-template/template.ts";

const source = JSON.stringify(readTemplate());

/** Whether a check finds something wrong; one that cannot even read the template has found something. */
function notices(name: string, template: Template): boolean {
  const check = checks.find(([candidate]) => candidate === name)?.[1];
  if (check === undefined) throw new Error(`there is no check ${name}`);
  try {
    return check(template).length > 0;
  } catch {
    return true;
  }
}

// What is broken, the text that is replaced (its first occurrence), the new text, and a check that has to notice.
const mutations: readonly [string, string, string, string][] = [
  ["a parameter is misspelt", "parameters('feedStart')", "parameters('feedStrat')", "undefinedNames"],
  ["a variable is left over", '"noSettings":', '"nobodyUses":"x","noSettings":', "unusedNames"],
  ["a bracket is missing", "take(variables('token'), 8)))]", "take(variables('token'), 8))]", "unknownFunctions"],
  ["a function does not exist", "[toLower(format(", "[lower(format(", "unknownFunctions"],
  [
    "a function gets too little",
    "[not(empty(parameters('packageUri')))]",
    "[not(equals(parameters('packageUri')))]",
    "unknownFunctions",
  ],
  [
    "a nested deployment is not given a parameter",
    '"name":{"value":"[variables(\'resourceName\')]"},"location"',
    '"location"',
    "nestedParameters",
  ],
  [
    "a location is read at run time",
    '"location":"[parameters(\'location\')]"',
    "\"location\":\"[reference(parameters('workspaceResourceId'), '2022-10-01', 'Full').location]\"",
    "misplacedRunTimeFunctions",
  ],
  ["a region is hard-coded", '"location":"[parameters(\'location\')]"', '"location":"westeurope"', "hardCoded"],
  [
    "the public cloud is hard-coded",
    "reference(variables('storageId'), '2024-01-01').primaryEndpoints.blob]",
    "'https://x.blob.core.windows.net/']",
    "hardCoded",
  ],
  ["another role is given", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "hardCoded"],
  ["an API version is guessed", '"apiVersion":"2023-03-11"', '"apiVersion":"2025-03-11"', "unexpectedTypes"],
  [
    "the workspace is declared again",
    '"resources":[',
    '"resources":[{"type":"Microsoft.OperationalInsights/workspaces","apiVersion":"2022-10-01","name":"x","properties":{}},',
    "unexpectedTypes",
  ],
  [
    "a dependency on a parent is missing",
    '"dependsOn":["[variables(\'siteId\')]"],"properties":{"allow"',
    '"properties":{"allow"',
    "missingDependencies",
  ],
  [
    "a dependency holds only where roles are given",
    "\"[resourceId('Microsoft.Resources/deployments', variables('ruleDeployment'))]\",\"[resourceId('Microsoft.Resources/deployments', variables('accessDeployment'))]\"",
    "\"[resourceId('Microsoft.Resources/deployments', variables('accessDeployment'))]\"",
    "missingDependencies",
  ],
  [
    "the rule comes before its tables",
    "\"dependsOn\":[\"[resourceId(variables('workspaceSubscription'), variables('workspaceGroup'), 'Microsoft.Resources/deployments', variables('tablesDeployment'))]\"],",
    "",
    "lateTables",
  ],
  [
    "a target has another name",
    "resourceId('Microsoft.Web/serverfarms', variables('resourceName'))",
    "resourceId('Microsoft.Web/serverfarms', variables('token'))",
    "unknownTargets",
  ],
  [
    "a target has too few names",
    "'Microsoft.Storage/storageAccounts/blobServices', variables('storageName'), 'default')",
    "'Microsoft.Storage/storageAccounts/blobServices', variables('storageName'))",
    "unknownTargets",
  ],
  [
    "two resources wait for each other",
    '"dependsOn":["[variables(\'storageId\')]"]',
    "\"dependsOn\":[\"[variables('storageId')]\",\"[resourceId('Microsoft.Resources/deployments', variables('settingsDeployment'))]\"]",
    "cyclesAndTwins",
  ],
  [
    "two assignments have one name",
    "[guid(variables('componentId'), parameters('principalId')",
    "[guid(variables('ruleId'), parameters('principalId')",
    "roleAssignments",
  ],
  ["the key is a plain parameter", '"feedApiKey":{"type":"securestring"', '"feedApiKey":{"type":"string"', "plainSecrets"],
  [
    "the key has a default",
    '"feedApiKey":{"type":"securestring"',
    '"feedApiKey":{"type":"securestring","defaultValue":""',
    "plainSecrets",
  ],
  [
    "the key is an output",
    '"outputs":{"functionAppName"',
    '"outputs":{"key":{"type":"string","value":"[parameters(\'feedApiKey\')]"},"functionAppName"',
    "leakedSecrets",
  ],
  [
    "the key is a plain setting",
    "[format('@Microsoft.KeyVault(SecretUri={0}secrets/{1}/)', reference(variables('vaultId'), '2023-07-01').vaultUri, variables('secretName'))]",
    "[parameters('feedApiKey')]",
    "leakedSecrets",
  ],
  [
    "present settings are handed on in the open",
    '"present":{"type":"secureObject"}',
    '"present":{"type":"object"}',
    "leakedSecrets",
  ],
  ["the account takes keys", '"allowSharedKeyAccess":false', '"allowSharedKeyAccess":true', "openDoors"],
  ["passwords publish code", '"properties":{"allow":false}', '"properties":{"allow":true}', "openDoors"],
  ["the table lacks a column", '{"name":"Tlp","type":"string"},', "", "tables"],
  ["a table's column has another type", '{"name":"Confidence","type":"real"', '{"name":"Confidence","type":"int"', "tables"],
  [
    "a column is called as Azure's own",
    '{"name":"Tlp","type":"string"},{"name":"ValidFrom","type":"datetime"}',
    '{"name":"Title","type":"string"},{"name":"ValidFrom","type":"datetime"}',
    "columnNames",
  ],
  ["the stream lacks a column", '{"name":"Status","type":"string"},', "", "streams"],
  [
    "a transformation drops a column",
    "source | extend TimeGenerated = now()",
    "source | extend TimeGenerated = now() | project-away Tlp",
    "transformations",
  ],
  [
    "a transformation is no KQL",
    "source | extend TimeGenerated = now()",
    "source | extend TimeGenerated == now()",
    "transformations",
  ],
  [
    "a transformation changes a type",
    "source | extend TimeGenerated = now()",
    "source | extend TimeGenerated = now(), Confidence = tostring(Confidence)",
    "transformations",
  ],
  [
    "a flow ends in another table",
    '"outputStream":"[parameters(\'healthStream\')]"',
    '"outputStream":"[parameters(\'indicatorStream\')]"',
    "transformations",
  ],
  ["the rule has no endpoint of its own", '"kind":"Direct",', "", "streams"],
  ["a setting is misspelt", '"SOCDEFENDERS_AUTH"', '"SOCDEFENDERS_AUTHENTICATION"', "unknownSettings"],
  ["a setting is not set", '"SOCDEFENDERS_SCHEDULE":"[parameters(\'schedule\')]",', "", "missingSettings"],
  ["a setting is no text", '"STATE_CONTAINER":"[variables(\'stateContainer\')]"', '"STATE_CONTAINER":1', "settingValues"],
];

test.each(mutations)("noticed: %s", (_, text, replacement, check) => {
  expect(source).toContain(text);
  expect(notices(check, JSON.parse(source.replace(text, () => replacement)) as Template)).toBe(true);
});
