import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { propertiesOf, type Deployed } from "./sentinel-template/deploy.ts";
import { roles } from "./sentinel-template/name-checks.ts";
import { deploySample, identityId, samples, subnetId, workspaceId, world } from "./sentinel-template/samples.ts";
import { settingsOf } from "./sentinel-template/settings-checks.ts";
import { readTemplate, textOf, type JsonObject } from "./sentinel-template/template.ts";

const template = readTemplate();
const deployed = (sample: string): readonly Deployed[] => deploySample(template, samples[sample] ?? {}).resources;
const idsOf = (resources: readonly Deployed[], type: string): string[] =>
  resources.filter((made) => made.type === type).map(({ id }) => id);
const site = (sample: string): JsonObject => one(deployed(sample), "Microsoft.Web/sites").body;

function one(resources: readonly Deployed[], type: string): Deployed {
  const found = resources.filter((made) => made.type === type);
  expect(found).toHaveLength(1);
  return found[0] as Deployed;
}

/** `role on kind of resource`. */
const grants = (sample: string): string[] =>
  deployed(sample)
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments")
    .map(({ body }) => {
      const { roleDefinitionId } = body["properties"] as Record<string, string>;
      return `${roles[roleDefinitionId?.split("/").at(-1) ?? ""]} on ${textOf(body["scope"]).split("/").at(-2)}`;
    });

test("the tables lie beside the workspace, all else in the connector's own resource group", () => {
  const resources = deployed("both destinations").filter(({ type }) => type !== "Microsoft.Authorization/roleAssignments");
  const beside = resources.filter(({ id }) => id.startsWith("/subscriptions/other-subscription/resourceGroups/siem/"));
  const own = resources.filter(({ id }) => id.startsWith("/subscriptions/own-subscription/resourceGroups/connector/"));
  expect(beside.map(({ type }) => type).toSorted()).toEqual([
    "Microsoft.OperationalInsights/workspaces/tables",
    "Microsoft.OperationalInsights/workspaces/tables",
    "Microsoft.Resources/deployments",
    "Microsoft.Resources/deployments",
  ]);
  expect(beside.length + own.length).toBe(resources.length);
  expect(idsOf(resources, "Microsoft.OperationalInsights/workspaces/tables")).toEqual([
    `${workspaceId}/tables/SOCDefendersIndicators_CL`,
    `${workspaceId}/tables/SOCDefendersHealth_CL`,
  ]);
});

test("the rule is in the workspace's region, the app in the chosen one", () => {
  expect(one(deployed("logs only"), "Microsoft.Insights/dataCollectionRules").body["location"]).toBe("northeurope");
  expect(site("logs only")["location"]).toBe("westeurope");
});

test("the identity gets what it needs, and a role on the workspace only for threat intelligence", () => {
  const always = [
    "Monitoring Metrics Publisher on dataCollectionRules",
    "Monitoring Metrics Publisher on components",
    "Storage Blob Data Owner on storageAccounts",
    "Key Vault Secrets User on vaults",
  ];
  expect(grants("logs only")).toEqual(always);
  expect(grants("both destinations")).toEqual([...always, "Microsoft Sentinel Contributor on workspaces"]);
  expect(grants("roles given by somebody else")).toEqual([]);
});

test("a user-assigned identity is used for everything", () => {
  const sample = "threat intelligence with a user-assigned identity";
  const { identity, properties } = site(sample);
  expect(identity).toEqual({ type: "UserAssigned", userAssignedIdentities: { [identityId]: {} } });
  expect(properties).toMatchObject({
    keyVaultReferenceIdentity: identityId,
    functionAppConfig: {
      deployment: { storage: { authentication: { type: "UserAssignedIdentity", userAssignedIdentityResourceId: identityId } } },
    },
  });
  expect(settingsOf(template, samples[sample] ?? {})).toMatchObject({
    AZURE_CLIENT_ID: "user-client",
    AzureWebJobsStorage__clientId: "user-client",
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "ClientId=user-client;Authorization=AAD",
  });
  const principals = deployed(sample)
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments")
    .map((made) => propertiesOf(made)["principalId"]);
  expect(new Set(principals)).toEqual(new Set(["user-principal"]));
});

test("a system-assigned identity needs no client id", () => {
  expect(site("logs only")["identity"]).toEqual({ type: "SystemAssigned", userAssignedIdentities: null });
  expect(Object.keys(settingsOf(template, {})).filter((name) => /client_?id/i.test(name))).toEqual([]);
});

test("all traffic takes the subnet, where there is one", () => {
  expect(site("a virtual network")["properties"]).toMatchObject({
    virtualNetworkSubnetId: subnetId,
    siteConfig: { vnetRouteAllEnabled: true },
  });
  expect(site("logs only")["properties"]).toMatchObject({
    virtualNetworkSubnetId: null,
    siteConfig: { vnetRouteAllEnabled: false },
  });
  for (const type of ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"]) {
    expect(propertiesOf(one(deployed("a virtual network"), type))["publicNetworkAccess"]).toBe("Disabled");
  }
});

test("code is deployed from an address, where there is one, after the roles and the settings", () => {
  expect(idsOf(deployed("logs only"), "Microsoft.Web/sites/extensions")).toEqual([]);
  const code = one(deployed("code from an address"), "Microsoft.Web/sites/extensions");
  expect(propertiesOf(code)).toEqual({ packageUri: "https://example.org/function-app.zip", remoteBuild: false });
  expect(code.dependsOn.some((id) => id.endsWith("-settings"))).toBe(true);
});

test("without a key the secret stays as it is", () => {
  expect(idsOf(deployed("again, without the key"), "Microsoft.KeyVault/vaults/secrets")).toEqual([]);
  expect(propertiesOf(one(deployed("logs only"), "Microsoft.KeyVault/vaults/secrets"))["value"]).toBe("a-secret-key");
});

test("settings made by hand stay, those of the form are as the form says, additional ones win", () => {
  const settings = settingsOf(template, { feedStart: "P7D", additionalSettings: { SOCDEFENDERS_AUTH: "x-api-key" } });
  expect(settings).toMatchObject({
    FUNCTIONS_EXTENSION_VERSION: "~4",
    SOCDEFENDERS_PAGE_SIZE: "500",
    SOCDEFENDERS_START: "P7D",
    SOCDEFENDERS_AUTH: "x-api-key",
    SOCDEFENDERS_API_KEY: "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/socdefenders-api-key/)",
    LOGS_INGESTION_ENDPOINT: "https://rule.example",
    DCR_IMMUTABLE_ID: "dcr-0",
    SENTINEL_WORKSPACE_ID: "workspace-guid",
    AzureWebJobsStorage__blobServiceUri: "https://account.blob.example/",
  });
});

test.each([
  ["AzureCloud", "public"],
  ["AzureUSGovernment", "usgovernment"],
  ["AzureChinaCloud", "china"],
])("in %s the function is told that it is in %s", (cloud, name) => {
  expect(settingsOf(template, {}, cloud)["AZURE_CLOUD"]).toBe(name);
});

test("only what the function writes a day at a time is ever deleted", () => {
  const { policy } = propertiesOf(one(deployed("logs only"), "Microsoft.Storage/storageAccounts/managementPolicies"));
  const rules = (policy as JsonObject)["rules"] as readonly JsonObject[];
  const prefixes = rules.map(({ definition }) => ((definition as JsonObject)["filters"] as JsonObject)["prefixMatch"]);
  expect(prefixes).toEqual([["socdefenders-state/dead-letters/"], ["socdefenders-state/budgets/"]]);
  for (const folder of ["dead-letters", "budgets"]) {
    const path = new URL(`../../packages/sentinel/src/state/${folder}.ts`, import.meta.url);
    expect(readFileSync(path, "utf8")).toContain(`\`${folder}/`);
  }
  expect(settingsOf(template, {})["STATE_CONTAINER"]).toBe("socdefenders-state");
});

test("purge protection is written only to switch it on", () => {
  const protection = (choices: JsonObject): unknown =>
    propertiesOf(one(deploySample(template, choices).resources, "Microsoft.KeyVault/vaults"))["enablePurgeProtection"];
  expect(protection({})).toBeNull();
  expect(protection({ purgeProtection: true })).toBe(true);
});

test("a second deployment with the same name makes the same ids, with another name other ones", () => {
  const ids = (name: string): string[] => deploySample(template, { name }).resources.map(({ id }) => id);
  expect(ids("second")).toEqual(ids("second"));
  const own = ids("second").filter((id) => id.includes("/own-subscription/"));
  expect(own.filter((id) => ids("third").includes(id))).toEqual([]);
});

test.each(["abc", "socdefenders-ti", "a-b-c-d-e-f-g-h"])("names made of %s are as long as Azure takes them", (name) => {
  const { outputs } = deploySample(template, { name });
  const value = (output: string): string => textOf((outputs[output] as JsonObject)["value"]);
  expect(value("storageAccountName")).toMatch(/^[a-z0-9]{3,24}$/);
  expect(value("keyVaultName")).toMatch(/^[a-z](?:-?[a-z0-9]){2,23}$/);
  expect(value("keyVaultName").length).toBeLessThanOrEqual(24);
});

test("outputs say what a person needs next, of the cloud it is in", () => {
  const { outputs } = deploySample(template, {}, world);
  expect(
    Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, (output as JsonObject)["value"]])),
  ).toMatchObject({
    dataCollectionRuleImmutableId: "dcr-0",
    logsIngestionEndpoint: "https://rule.example",
    principalId: "system-principal",
  });
});
