import { deploy, type Deployment, type World } from "./deploy.ts";
import type { JsonObject, Template } from "./template.ts";

const resource = (group: string, path: string): string =>
  `/subscriptions/other-subscription/resourceGroups/${group}/providers/${path}`;

export const workspaceId = resource("siem", "Microsoft.OperationalInsights/workspaces/sentinel-workspace");
export const identityId = resource("identities", "Microsoft.ManagedIdentity/userAssignedIdentities/connector");
export const subnetId = resource("network", "Microsoft.Network/virtualNetworks/spoke/subnets/functions");

/** The choices of an operator that change which resources there are. */
export const samples: Readonly<Record<string, JsonObject>> = {
  "logs only": {},
  "both destinations": { destinations: "logs,threat-intelligence" },
  "threat intelligence with a user-assigned identity": {
    destinations: "threat-intelligence",
    userAssignedIdentityResourceId: identityId,
  },
  "a virtual network": { subnetResourceId: subnetId, publicNetworkAccess: "Disabled" },
  "code from an address": { packageUri: "https://example.org/function-app.zip" },
  "roles given by somebody else": { assignRoles: false, destinations: "logs,threat-intelligence" },
  "again, without the key": { feedApiKey: "" },
};

const storage = { blob: "https://account.blob.example/", queue: "https://account.queue.example/" };

/** What a subscription with this workspace answers. */
export const world: World = {
  subscription: "own-subscription",
  group: "connector",
  cloud: "AzureCloud",
  states: {
    "Microsoft.OperationalInsights/workspaces": { location: "northeurope", properties: { customerId: "workspace-guid" } },
    "Microsoft.ManagedIdentity/userAssignedIdentities": { properties: { principalId: "user-principal", clientId: "user-client" } },
    "Microsoft.Web/sites": { identity: { principalId: "system-principal" }, properties: {} },
    "Microsoft.Web/sites/config": {
      properties: { FUNCTIONS_EXTENSION_VERSION: "~4", SOCDEFENDERS_PAGE_SIZE: "500", SOCDEFENDERS_START: "P1D" },
    },
    "Microsoft.Storage/storageAccounts": { properties: { primaryEndpoints: storage } },
    "Microsoft.KeyVault/vaults": { properties: { vaultUri: "https://vault.example/" } },
    "Microsoft.Insights/components": { properties: { ConnectionString: "InstrumentationKey=0" } },
    "Microsoft.Insights/dataCollectionRules": {
      properties: { immutableId: "dcr-0", endpoints: { logsIngestion: "https://rule.example" } },
    },
  },
};

/** Deploys with what must be given, and the choices of one sample. */
export function deploySample(template: Template, choices: JsonObject, elsewhere: Partial<World> = {}): Deployment {
  return deploy(template, { workspaceResourceId: workspaceId, feedApiKey: "a-secret-key", ...choices }, { ...world, ...elsewhere });
}
