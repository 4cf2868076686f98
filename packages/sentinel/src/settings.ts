import {
  ConfigurationError,
  createSecret,
  parseAddress,
  parseFeedConfig,
  type Environment,
  type FeedConfig,
} from "@socdefenders/shared";
import { addressesOf, type Cloud } from "./cloud.ts";
import { parseConfig, type SentinelConfig } from "./config.ts";
import type { StateConfig } from "./state/container.ts";

/** The settings of the function app, validated. */
export interface Settings {
  readonly feed: FeedConfig;
  readonly sentinel: SentinelConfig;
  readonly state: StateConfig;
}

// Keys of the configuration file and the settings that stand for them in a function app.
const settingNames = {
  "feed.endpoint": "SOCDEFENDERS_ENDPOINT",
  "feed.api_key": "SOCDEFENDERS_API_KEY",
  "feed.auth": "SOCDEFENDERS_AUTH",
  "feed.username": "SOCDEFENDERS_USERNAME",
  "feed.collections": "SOCDEFENDERS_COLLECTIONS",
  "feed.start": "SOCDEFENDERS_START",
  "sentinel.destinations": "SENTINEL_DESTINATIONS",
  "sentinel.endpoint": "LOGS_INGESTION_ENDPOINT",
  "sentinel.rule_id": "DCR_IMMUTABLE_ID",
  "sentinel.stream": "DCR_STREAM",
  "sentinel.workspace_id": "SENTINEL_WORKSPACE_ID",
  "sentinel.threat_intelligence_endpoint": "SENTINEL_TI_ENDPOINT",
  "sentinel.threat_intelligence_compound": "SENTINEL_TI_COMPOUND",
  "sentinel.threat_intelligence_lifetime_days": "SENTINEL_TI_LIFETIME_DAYS",
  "sentinel.cloud": "AZURE_CLOUD",
  "sentinel.client_id": "AZURE_CLIENT_ID",
  "sentinel.tenant_id": "AZURE_TENANT_ID",
  "sentinel.client_secret": "AZURE_CLIENT_SECRET",
} as const;

const lists = new Set(["feed.collections", "sentinel.destinations"]);

/** Reads the settings strictly. Throws ConfigurationError that names the setting. */
export function readSettings(environment: Environment): Settings {
  try {
    const sentinel = parseConfig(section("sentinel", environment), "sentinel");
    return { feed: parseFeedConfig(section("feed", environment)), sentinel, state: readState(environment, sentinel.cloud) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(withSettingNames(error.message), { remedy: withSettingNames(error.remedy), cause: error });
  }
}

/** Text of the core and the sink in the words of a function app: `sentinel.rule_id` becomes `DCR_IMMUTABLE_ID`. */
export function withSettingNames(text: string): string {
  return text.replace(/\b(?:feed|sentinel)\.[a-z_]+/g, (key) => (settingNames as Readonly<Record<string, string>>)[key] ?? key);
}

function section(name: string, environment: Environment): Record<string, unknown> {
  const keys = Object.entries(settingNames).filter(([key]) => key.startsWith(`${name}.`));
  return Object.fromEntries(
    keys.map(([key, setting]) => [key.slice(name.length + 1), parseValue(key, read(environment, setting))]),
  );
}

function parseValue(key: string, value: string | undefined): unknown {
  if (value === undefined || !lists.has(key)) return value;
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A setting; an empty one counts as not set. */
function read(environment: Environment, setting: string): string | undefined {
  const value = environment[setting]?.trim();
  if (value?.startsWith("@Microsoft.KeyVault(")) {
    throw new ConfigurationError(`${setting}: the Key Vault reference was not resolved`, {
      remedy:
        "Give the function's identity the role Key Vault Secrets User on the vault, check the secret's address, and restart the app.",
    });
  }
  return value === "" ? undefined : value;
}

/** The storage account of the host, by connection string or by identity, as the Functions host itself reads these settings. */
function readState(environment: Environment, cloud: Cloud): StateConfig {
  const container = read(environment, "STATE_CONTAINER") ?? "socdefenders-state";
  const connectionString = read(environment, "AzureWebJobsStorage");
  if (connectionString !== undefined) return { container, account: { connectionString: createSecret(connectionString) } };
  const accountName = read(environment, "AzureWebJobsStorage__accountName");
  const uri =
    read(environment, "AzureWebJobsStorage__blobServiceUri") ??
    (accountName && `https://${accountName}.${addressesOf[cloud].blobs}`);
  if (uri === undefined) {
    throw new ConfigurationError("AzureWebJobsStorage is missing", {
      remedy:
        "Set AzureWebJobsStorage (connection string), AzureWebJobsStorage__accountName or AzureWebJobsStorage__blobServiceUri (identity).",
    });
  }
  const clientId = read(environment, "AzureWebJobsStorage__clientId") ?? read(environment, "AZURE_CLIENT_ID");
  return { container, account: { serviceUri: parseAddress(uri, "AzureWebJobsStorage__blobServiceUri"), clientId } };
}
