import type { Check } from "./name-checks.ts";
import { allResources, nestedTemplate, scopesOf, stringsOf, textOf, used, type Json, type JsonObject } from "./template.ts";

const isSecure = (type: string): boolean => /^secure(?:string|object)$/i.test(type);

/** Parameters that hold a secret are secure, and have no default but an empty one. The key of the feed has none at all. */
const plainSecrets: Check = ({ parameters }) =>
  Object.entries(parameters).flatMap(([name, { type, defaultValue }]) => {
    const secret = /key|secret|password|token|packageUri|settings/i.test(name);
    const empty = defaultValue === undefined || defaultValue === "" || JSON.stringify(defaultValue) === "{}";
    const wrong =
      (secret && !isSecure(type)) || (isSecure(type) && !empty) || (name === "feedApiKey" && defaultValue !== undefined);
    return wrong ? [`${name} is not secure`] : [];
  });

// Where a secure value may go. A condition may ask whether it is there.
const sinks: Readonly<Record<string, RegExp>> = {
  "Microsoft.KeyVault/vaults/secrets": /^\/properties\/value$/,
  "Microsoft.Web/sites/extensions": /^\/properties\/packageUri$/,
  "Microsoft.Web/sites/config": /^\/properties$/,
};

/** A secure value is read nowhere else, and handed to nested deployments as a secure one only. */
const leakedSecrets: Check = (template) =>
  scopesOf(template).flatMap((scope) => {
    const secure = Object.keys(scope.parameters).filter((name) => isSecure(scope.parameters[name]?.type ?? ""));
    const reads = (value: Json | undefined): boolean =>
      secure.some((name) => used("parameters", value).includes(name)) || JSON.stringify(value ?? null).includes("[list(");
    const fromResources = scope.resources.flatMap(({ condition: _condition, ...resource }) =>
      stringsOf(resource as Json)
        .filter(
          ([path, text]) => reads(text) && sinks[resource.type]?.test(path) !== true && !goesOnSecurely(resource as Json, path),
        )
        .map(([path]) => `${resource.type}${path} shows a secret`),
    );
    const shown = reads(scope.variables) || reads(scope.outputs);
    return shown ? [...fromResources, "a variable or an output shows a secret"] : fromResources;
  });

function goesOnSecurely(resource: Json, path: string): boolean {
  const name = /^\/properties\/parameters\/(\w+)\/value$/.exec(path)?.[1];
  const nested = nestedTemplate(resource as unknown as Parameters<typeof nestedTemplate>[0]);
  return name !== undefined && isSecure(nested?.parameters[name]?.type ?? "");
}

/** Doors that have to be shut, on every resource of the type. */
const openDoors: Check = (template) => {
  const values = (type: string, name: string): (Json | undefined)[] =>
    allResources(template).flatMap((resource) => (resource.type === type ? [(resource.properties as JsonObject)[name]] : []));
  const wanted: [string, string, Json][] = [
    ["Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", false],
    ["Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", false],
    ["Microsoft.Storage/storageAccounts", "supportsHttpsTrafficOnly", true],
    ["Microsoft.Storage/storageAccounts", "minimumTlsVersion", "TLS1_2"],
    ["Microsoft.KeyVault/vaults", "enableRbacAuthorization", true],
    ["Microsoft.KeyVault/vaults", "enableSoftDelete", true],
    ["Microsoft.Web/sites", "httpsOnly", true],
    ["Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", false],
    ["Microsoft.Insights/components", "DisableLocalAuth", true],
  ];
  return wanted
    .filter(([type, name, value]) => !values(type, name).every((found) => found === value))
    .map(([type, name, value]) => `${type} ${name} is not ${textOf(value)}`);
};

export const secretChecks = { plainSecrets, leakedSecrets, openDoors };
