import {
  ConfigurationError,
  createFilter,
  createSecret,
  parseAddress,
  parseFeedConfig,
  parseFilterConfig,
  type Environment,
  type FeedConfig,
  type Filter,
} from "@socdefenders/shared";
import { closest } from "fastest-levenshtein";
import { addressesOf, type Cloud } from "./cloud.ts";
import { parseConfig, type LogsConfig, type SentinelConfig } from "./config.ts";
import { inSettingNames, otherSettings, settingNames } from "./function/setting-names.ts";
import { demandSetting, readSection, readSetting } from "./function/setting-values.ts";
import type { StateConfig } from "./state/container.ts";

/** The settings of the function app, validated. */
export interface Settings {
  readonly feed: FeedConfig;
  /** Undefined where no setting asks for one: then nothing is held back. */
  readonly filter: Filter | undefined;
  readonly sentinel: SentinelConfig;
  /** Where health rows go; undefined where no rule is set, as the destination `threat-intelligence` needs none. */
  readonly health: LogsConfig | undefined;
  readonly state: StateConfig;
}

/** Reads the settings strictly; an empty one counts as not set. Throws ConfigurationError that names the setting. */
export function readSettings(environment: Environment): Settings {
  return named(() => {
    demandSetting(environment, "SOCDEFENDERS_API_KEY", "Set it to a Key Vault reference of the secret that holds the API key.");
    const sentinel = parseConfig(readSection("sentinel", environment), "sentinel");
    const filter = readSection("filter", environment);
    return {
      feed: parseFeedConfig(readSection("feed", environment)),
      filter: Object.keys(filter).length === 0 ? undefined : createFilter(parseFilterConfig(filter)),
      sentinel,
      health: readHealth(environment),
      state: readState(environment, sentinel.cloud),
    };
  });
}

/** Settings that look like ours and are none, each with the nearest that is; an app may well carry others, so they are no error. */
export function unknownSettings(environment: Environment): readonly { readonly name: string; readonly nearest: string }[] {
  const known: readonly string[] = [...Object.values(settingNames), ...otherSettings];
  return Object.keys(environment)
    .filter((name) => /^(SOCDEFENDERS|SENTINEL)_/i.test(name) && !known.includes(name))
    .map((name) => ({ name, nearest: closest(name.toUpperCase(), known) }));
}

/** Health rows take the way of the destination `logs`, whether it is chosen or not. */
function readHealth(environment: Environment): LogsConfig | undefined {
  const { endpoint, rule_id, destinations: _, stream: __, ...access } = readSection("sentinel", environment);
  if (endpoint === undefined || rule_id === undefined) return undefined;
  const stream = readSetting(environment, "HEALTH_STREAM") ?? "Custom-SOCDefendersHealth_CL";
  if (/^Custom-\w+$/.test(stream))
    return parseConfig({ ...access, endpoint, rule_id, stream, destinations: ["logs"] }, "sentinel").logs;
  throw new ConfigurationError("HEALTH_STREAM: not a stream name (Custom-…)", {
    remedy: "Write the health stream as the data collection rule declares it, or leave the setting out.",
  });
}

/** The storage account of the host, by connection string or by identity, as the Functions host itself reads these settings. */
function readState(environment: Environment, cloud: Cloud): StateConfig {
  const container = readSetting(environment, "STATE_CONTAINER") ?? "socdefenders-state";
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container)) {
    throw new ConfigurationError("STATE_CONTAINER: not the name of a blob container", {
      remedy: "Use 3 to 63 lower-case letters, digits and single hyphens.",
    });
  }
  const connectionString = readSetting(environment, "AzureWebJobsStorage");
  if (connectionString !== undefined) return { container, account: { connectionString: createSecret(connectionString) } };
  const accountName = readSetting(environment, "AzureWebJobsStorage__accountName");
  const uri =
    readSetting(environment, "AzureWebJobsStorage__blobServiceUri") ??
    (accountName && `https://${accountName}.${addressesOf[cloud].blobs}`);
  if (uri === undefined) {
    throw new ConfigurationError("AzureWebJobsStorage is missing", {
      remedy:
        "Set AzureWebJobsStorage (connection string), AzureWebJobsStorage__accountName or AzureWebJobsStorage__blobServiceUri (identity).",
    });
  }
  // Beside a tenant the client id is an application's and no identity of the host.
  const isApplication = readSetting(environment, "AZURE_TENANT_ID") !== undefined;
  const identity = isApplication ? undefined : readSetting(environment, "AZURE_CLIENT_ID");
  const clientId = readSetting(environment, "AzureWebJobsStorage__clientId") ?? identity;
  return { container, account: { serviceUri: parseAddress(uri, "AzureWebJobsStorage__blobServiceUri"), clientId } };
}

function named<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(inSettingNames(error.message), { remedy: inSettingNames(error.remedy), cause: error });
  }
}
