import { expect, test } from "vitest";
import { inSettingNames } from "./function/setting-names.ts";
import { readSettings, unknownSettings } from "./settings.ts";

const environment = {
  SOCDEFENDERS_ENDPOINT: "https://feed.example/api/taxii2",
  SOCDEFENDERS_API_KEY: "key-of-the-feed",
  SOCDEFENDERS_COLLECTIONS: " one, two ,",
  LOGS_INGESTION_ENDPOINT: "https://x.westeurope-1.ingest.monitor.azure.com",
  DCR_IMMUTABLE_ID: `dcr-${"0123456789abcdef".repeat(2)}`,
  AzureWebJobsStorage__accountName: "mystorage",
};

test("reads the settings under their own names; empty ones count as not set", () => {
  const { feed, sentinel, state } = readSettings({ ...environment, SOCDEFENDERS_START: "", AZURE_CLIENT_ID: "identity" });
  expect(feed).toMatchObject({ collections: ["one", "two"], start: "P30D", auth: "bearer" });
  expect(sentinel.logs).toMatchObject({ stream: "Custom-SOCDefendersIndicators_CL", cloud: "public", clientId: "identity" });
  expect(state).toEqual({
    container: "socdefenders-state",
    account: { serviceUri: new URL("https://mystorage.blob.core.windows.net"), clientId: "identity" },
  });
});

test("state is in the storage account of the cloud, or where the address says", () => {
  expect(readSettings({ ...environment, AZURE_CLOUD: "china" }).state.account).toMatchObject({
    serviceUri: new URL("https://mystorage.blob.core.chinacloudapi.cn"),
  });
  const uri = "https://private.example";
  expect(readSettings({ ...environment, AzureWebJobsStorage__blobServiceUri: uri }).state.account).toMatchObject({
    serviceUri: new URL(uri),
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ["the feed", { SOCDEFENDERS_AUTH: "magic" }, /^SOCDEFENDERS_AUTH: /],
  ["the start", { SOCDEFENDERS_START: "yesterday" }, /^SOCDEFENDERS_START: neither a duration nor a time/],
  ["Sentinel", { LOGS_INGESTION_ENDPOINT: "x" }, /^LOGS_INGESTION_ENDPOINT: not an http\(s\) address/],
  [
    "the vault",
    { AzureWebJobsStorage: "@Microsoft.KeyVault(VaultName=v;SecretName=s)" },
    /^AzureWebJobsStorage: the Key Vault reference/,
  ],
])("an error about %s names the setting", (_, change, message) => {
  expect(() => readSettings({ ...environment, ...change })).toThrow(message);
});

test("every setting reaches its key; lists without their blanks, numbers as numbers", () => {
  const { feed, filter, sentinel, health } = readSettings({
    ...environment,
    SOCDEFENDERS_AUTH: "basic",
    SOCDEFENDERS_USERNAME: "soc@example.com",
    SOCDEFENDERS_PAGE_SIZE: "500",
    SOCDEFENDERS_OVERLAP: "PT10M",
    SOCDEFENDERS_TRUSTED_HOSTS: "a.example,, b.example ",
    SOCDEFENDERS_PROXY: "http://proxy.example:3128",
    SOCDEFENDERS_REQUESTS_PER_MINUTE: "30",
    SOCDEFENDERS_REQUESTS_PER_DAY: "5000",
    SOCDEFENDERS_MIN_CONFIDENCE: "50",
    SENTINEL_DESTINATIONS: "logs",
    HEALTH_STREAM: "Custom-Health",
    AZURE_CLOUD: "usgovernment",
    AZURE_TENANT_ID: "tenant",
    AZURE_CLIENT_ID: "application",
    AZURE_FEDERATED_TOKEN_FILE: "/var/run/token",
  });
  expect(feed).toMatchObject({
    auth: "basic",
    username: "soc@example.com",
    pageSize: 500,
    overlap: 600_000_000n,
    trustedHosts: ["a.example", "b.example"],
    proxy: "http://proxy.example:3128/",
    requestsPerMinute: 30,
    requestsPerDay: 5000,
  });
  expect(filter).toBeTypeOf("function");
  const application = { tenantId: "tenant", clientId: "application", proof: { federatedTokenFile: "/var/run/token" } };
  expect(sentinel.logs).toMatchObject({ stream: "Custom-SOCDefendersIndicators_CL", cloud: "usgovernment", application });
  expect(health).toMatchObject({ stream: "Custom-Health", ruleId: environment.DCR_IMMUTABLE_ID, application });
});

test("the client id of an application is none of the host's: the state is opened with the host's own identity", () => {
  const { AZURE_CLIENT_ID: _, ...rest } = environment as Record<string, string>;
  const storage = { AzureWebJobsStorage: "", AzureWebJobsStorage__accountName: "mystorage" };
  const application = { AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "application", AZURE_CLIENT_SECRET: "application-secret" };
  expect(readSettings({ ...rest, ...storage, ...application }).state.account).toMatchObject({ clientId: undefined });
  const named = { ...application, AzureWebJobsStorage__clientId: "identity" };
  expect(readSettings({ ...rest, ...storage, ...named }).state.account).toMatchObject({ clientId: "identity" });
});

test("each filter setting makes a filter of its own; without any nothing is held back", () => {
  expect(readSettings(environment).filter).toBeUndefined();
  const identities = [
    { SOCDEFENDERS_MIN_CONFIDENCE: "50" },
    { SOCDEFENDERS_INDICATOR_TYPES: "malicious-activity" },
    { SOCDEFENDERS_IOC_TYPES: "ipv4, domain" },
    { SOCDEFENDERS_LABELS: "c2" },
    { SOCDEFENDERS_MAX_TLP: "amber" },
    { SOCDEFENDERS_EXCLUDE: "*.example.com, 10.0.0.0/8" },
    { SOCDEFENDERS_RESERVED_ADDRESSES: "deliver" },
  ].map((setting) => readSettings({ ...environment, ...setting }).filter?.identity);
  expect(new Set(identities).size).toBe(7);
  expect(identities).not.toContain(undefined);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["the key", { SOCDEFENDERS_API_KEY: " " }, /^SOCDEFENDERS_API_KEY is missing/],
  ["a page size", { SOCDEFENDERS_PAGE_SIZE: "1e3" }, /^SOCDEFENDERS_PAGE_SIZE: not a number: 1e3/],
  ["a page size out of range", { SOCDEFENDERS_PAGE_SIZE: "5000" }, /^SOCDEFENDERS_PAGE_SIZE: /],
  ["an ioc type", { SOCDEFENDERS_IOC_TYPES: "ip" }, /^SOCDEFENDERS_IOC_TYPES/],
  ["an exclusion", { SOCDEFENDERS_EXCLUDE: "10.0.0.0/99" }, /^SOCDEFENDERS_EXCLUDE/],
  [
    "a reference in a list",
    { SOCDEFENDERS_LABELS: "@microsoft.keyvault(SecretUri=x)" },
    /^SOCDEFENDERS_LABELS: the Key Vault reference/,
  ],
  ["a lifetime", { SENTINEL_TI_LIFETIME_DAYS: "ipv4" }, /^SENTINEL_TI_LIFETIME_DAYS: not type=days: ipv4/],
  ["the days of a lifetime", { SENTINEL_TI_LIFETIME_DAYS: "ipv4=x" }, /^SENTINEL_TI_LIFETIME_DAYS: ipv4: not a number: x/],
  ["the health stream", { HEALTH_STREAM: "Health" }, /^HEALTH_STREAM: not a stream name/],
  ["the container", { STATE_CONTAINER: "My_State" }, /^STATE_CONTAINER: not the name/],
  ["half an application", { AZURE_TENANT_ID: "t" }, /needs AZURE_TENANT_ID and AZURE_CLIENT_ID, and either AZURE_CLIENT_SECRET or/],
])("an error about %s names the setting, and the advice is in settings too", (_, change, message) => {
  expect(() => readSettings({ ...environment, ...change })).toThrow(message);
  expect(() => readSettings({ ...environment, ...change })).toThrow(
    expect.objectContaining({ remedy: expect.not.stringMatching(/README|\b(feed|sentinel|filter)\.[a-z]/) as string }) as Error,
  );
});

test("a misspelt setting is told with the nearest one; what belongs to others is not", () => {
  const others = {
    ...environment,
    WEBSITE_TIME_ZONE: "x",
    FUNCTIONS_EXTENSION_VERSION: "~4",
    SOCDEFENDERS_SCHEDULE: "0 0 * * * *",
  };
  expect(unknownSettings({ ...others, SOCDEFENDERS_COLLECTION: "all", SENTINEL_DESTINATION: "logs" })).toEqual([
    { name: "SOCDEFENDERS_COLLECTION", nearest: "SOCDEFENDERS_COLLECTIONS" },
    { name: "SENTINEL_DESTINATION", nearest: "SENTINEL_DESTINATIONS" },
  ]);
});

test("advice of the core is given in the names of the settings", () => {
  expect(inSettingNames("Check sentinel.rule_id, filter.max_tlp and feed.ca_file.")).toBe(
    "Check DCR_IMMUTABLE_ID, SOCDEFENDERS_MAX_TLP and NODE_EXTRA_CA_CERTS.",
  );
  expect(inSettingNames("GET https://feed.example/taxii2/")).toBe("GET https://feed.example/taxii2/");
});
