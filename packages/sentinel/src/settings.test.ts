import { expect, test } from "vitest";
import { readSettings, withSettingNames } from "./settings.ts";

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

test("advice of the sink is given in the names of the settings; keys without a setting stay", () => {
  expect(withSettingNames("Check sentinel.rule_id and sentinel.ca_file.")).toBe("Check DCR_IMMUTABLE_ID and sentinel.ca_file.");
});
