import { callsIn } from "./expression.ts";
import { functions } from "./functions.ts";
import { allResources, expressionsOf, scopesOf, textOf, used, type Json, type Template } from "./template.ts";

/** Each check lists what is wrong with a template, a line each. */
export type Check = (template: Template) => string[];

const undefinedNames: Check = (template) =>
  scopesOf(template)
    .flatMap((scope) => [
      ...used("parameters", scope).filter((name) => !(name in scope.parameters)),
      ...used("variables", scope).filter((name) => !(name in (scope.variables ?? {}))),
    ])
    .map((name) => `${name} is used and not defined`);

const unusedNames: Check = (template) =>
  scopesOf(template)
    .flatMap((scope) => {
      const parameters = new Set(used("parameters", scope));
      const variables = new Set(used("variables", scope));
      return [
        ...Object.keys(scope.parameters).filter((name) => !parameters.has(name)),
        ...Object.keys(scope.variables ?? {}).filter((name) => !variables.has(name)),
      ];
    })
    .map((name) => `${name} is defined and not used`);

const unknownFunctions: Check = (template) =>
  scopesOf(template)
    .flatMap((scope) => expressionsOf(scope))
    .flatMap(([path, tree]) => callsIn(tree).map((call) => ({ path, ...call })))
    .filter(({ name, arguments: list }) => {
      const [fewest, most] = functions[name]?.arity ?? [Infinity, 0];
      return list.length < fewest || list.length > most;
    })
    .map(({ path, name, arguments: list }) => `${path}: ${name} with ${list.length} arguments`);

/** What each nested deployment is given is what its template takes. */
const nestedParameters: Check = (template) =>
  allResources(template).flatMap(({ name, properties }) => {
    if (typeof properties === "string" || properties["template"] === undefined) return [];
    const given = Object.keys(properties["parameters"] as Record<string, Json>).toSorted();
    const taken = Object.keys((properties["template"] as unknown as Template).parameters).toSorted();
    return textOf(given) === textOf(taken) ? [] : [`${name} gives ${textOf(given)} and takes ${textOf(taken)}`];
  });

// Outside these, run-time functions are refused: "reference() can only be used in properties and outputs".
const runTime = new Set(["reference", "list"]);

const misplacedRunTimeFunctions: Check = (template) =>
  scopesOf(template)
    .flatMap((scope) => {
      const early: Json[] = scope.resources.map(({ properties: _properties, ...rest }) => rest as Json);
      return [...early, scope.variables ?? {}, { ...scope.parameters }].flatMap((value) =>
        expressionsOf(value).filter(([, tree]) => callsIn(tree).some(({ name }) => runTime.has(name))),
      );
    })
    .map(([path]) => `${path}: run-time state is not known here`);

/** API versions that Microsoft's and other 2025-26 templates use. */
const apiVersions: Readonly<Record<string, string>> = {
  "Microsoft.Authorization/roleAssignments": "2022-04-01",
  "Microsoft.Insights/components": "2020-02-02",
  "Microsoft.Insights/components/pricingPlans": "2017-10-01",
  "Microsoft.Insights/dataCollectionRules": "2023-03-11",
  "Microsoft.KeyVault/vaults": "2023-07-01",
  "Microsoft.KeyVault/vaults/secrets": "2023-07-01",
  "Microsoft.OperationalInsights/workspaces/tables": "2022-10-01",
  "Microsoft.Resources/deployments": "2022-09-01",
  "Microsoft.Storage/storageAccounts": "2024-01-01",
  "Microsoft.Storage/storageAccounts/blobServices": "2024-01-01",
  "Microsoft.Storage/storageAccounts/blobServices/containers": "2024-01-01",
  "Microsoft.Storage/storageAccounts/managementPolicies": "2024-01-01",
  "Microsoft.Web/serverfarms": "2024-04-01",
  "Microsoft.Web/sites": "2024-04-01",
  "Microsoft.Web/sites/basicPublishingCredentialsPolicies": "2024-04-01",
  "Microsoft.Web/sites/config": "2024-04-01",
  "Microsoft.Web/sites/extensions": "2024-04-01",
};

/** The workspace is not in the list: declaring it again could reset it. */
const unexpectedTypes: Check = (template) =>
  allResources(template)
    .filter(({ type, apiVersion }) => apiVersions[type] !== apiVersion)
    .map(({ type, apiVersion }) => `${type} ${apiVersion} is not expected`);

const hosts = /\b(?:azure|windows|microsoft|microsoftonline|applicationinsights)\.(?:com|net|us|cn)\b/i;
const guid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Built-in roles that the template may give (Azure built-in roles). */
export const roles: Readonly<Record<string, string>> = {
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "ab8e14d6-4a74-4a29-9ba8-549422addade": "Microsoft Sentinel Contributor",
};

/** No host of one cloud, no subscription or role of somebody's, no place but the chosen one. */
const hardCoded: Check = (template) => {
  const plain = JSON.stringify(template, (key, value: Json) => (key === "$schema" ? undefined : value));
  const places = allResources(template).map(({ location }) => location);
  return [
    ...(hosts.exec(plain) ?? []),
    ...[...plain.matchAll(guid)].map(([id]) => id).filter((id) => !(id in roles)),
    ...places.filter((place) => place !== undefined && place !== "[parameters('location')]").map(textOf),
  ].map((found) => `${found} is hard-coded`);
};

export const nameChecks = {
  undefinedNames,
  unusedNames,
  unknownFunctions,
  nestedParameters,
  misplacedRunTimeFunctions,
  unexpectedTypes,
  hardCoded,
};
