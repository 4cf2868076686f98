import { createWording } from "@socdefenders/shared";

/** Keys of the configuration file and the settings that stand for them in a function app. */
export const settingNames = {
  "feed.endpoint": "SOCDEFENDERS_ENDPOINT",
  "feed.api_key": "SOCDEFENDERS_API_KEY",
  "feed.auth": "SOCDEFENDERS_AUTH",
  "feed.username": "SOCDEFENDERS_USERNAME",
  "feed.collections": "SOCDEFENDERS_COLLECTIONS",
  "feed.start": "SOCDEFENDERS_START",
  "feed.page_size": "SOCDEFENDERS_PAGE_SIZE",
  "feed.overlap": "SOCDEFENDERS_OVERLAP",
  "feed.trusted_hosts": "SOCDEFENDERS_TRUSTED_HOSTS",
  "feed.proxy": "SOCDEFENDERS_PROXY",
  "feed.requests_per_minute": "SOCDEFENDERS_REQUESTS_PER_MINUTE",
  "feed.requests_per_day": "SOCDEFENDERS_REQUESTS_PER_DAY",
  "filter.min_confidence": "SOCDEFENDERS_MIN_CONFIDENCE",
  "filter.indicator_types": "SOCDEFENDERS_INDICATOR_TYPES",
  "filter.ioc_types": "SOCDEFENDERS_IOC_TYPES",
  "filter.labels": "SOCDEFENDERS_LABELS",
  "filter.max_tlp": "SOCDEFENDERS_MAX_TLP",
  "filter.exclude": "SOCDEFENDERS_EXCLUDE",
  "filter.reserved_addresses": "SOCDEFENDERS_RESERVED_ADDRESSES",
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
  "sentinel.federated_token_file": "AZURE_FEDERATED_TOKEN_FILE",
} as const;

/** Settings that are no key of the configuration file. */
export const otherSettings = ["SOCDEFENDERS_SCHEDULE", "HEALTH_STREAM", "STATE_CONTAINER"] as const;

// Certificates have no setting of ours: Node reads its own variable.
const replacements: Readonly<Record<string, string>> = {
  ...settingNames,
  "feed.ca_file": "NODE_EXTRA_CA_CERTS",
  "sentinel.ca_file": "NODE_EXTRA_CA_CERTS",
};

/** Text of the core and the sinks in the words of a function app: `sentinel.rule_id` becomes `DCR_IMMUTABLE_ID`. */
export const inSettingNames: (text: string) => string = createWording(
  {
    acceptReset: "remove the saved position",
    acceptGap:
      "to pass over the ones that cannot be read, set SOCDEFENDERS_START behind that date and remove the collection's blob under positions/ in STATE_CONTAINER",
    forgetWait: "once the blobs under budgets/ in STATE_CONTAINER are removed",
    listCollections: "an empty SOCDEFENDERS_COLLECTIONS reads what this key can read",
    nameAuthority: "Name a file with the authority that signed the server's certificate, in PEM, in NODE_EXTRA_CA_CERTS",
  },
  replacements,
);
