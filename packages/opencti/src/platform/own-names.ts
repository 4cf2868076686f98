import { createWording } from "@socdefenders/shared";

/** Keys of the command's configuration file, and the variables that stand for them here. */
const names: Readonly<Record<string, string>> = {
  ...own("feed", "endpoint api_key auth username collections start overlap page_size requests_per_minute requests_per_day"),
  ...own("feed", "trusted_hosts ca_file proxy"),
  ...own("filter", "min_confidence indicator_types ioc_types labels max_tlp exclude reserved_addresses"),
  ...own("opencti", "create_observables detection import_expired import_articles article_tlp"),
  "opencti.url": "OPENCTI_URL",
  "opencti.token": "OPENCTI_TOKEN",
  "opencti.ssl_verify": "OPENCTI_SSL_VERIFY",
  "opencti.custom_headers": "OPENCTI_CUSTOM_HEADERS",
  "opencti.ca_file": "HTTPS_CA_CERTIFICATES",
  "opencti.connector_id": "CONNECTOR_ID",
  "opencti.connector_name": "CONNECTOR_NAME",
  "opencti.connector_scope": "CONNECTOR_SCOPE",
  "opencti.queue_protocol": "CONNECTOR_QUEUE_PROTOCOL",
  "opencti.send_to_queue": "CONNECTOR_SEND_TO_QUEUE",
  "opencti.directory": "CONNECTOR_SEND_TO_DIRECTORY",
  "opencti.directory.path": "CONNECTOR_SEND_TO_DIRECTORY_PATH",
  "opencti.directory.retention_days": "CONNECTOR_SEND_TO_DIRECTORY_RETENTION",
  "opencti.mq": "MQ_HOST and what belongs to it",
  "opencti.mq.host": "MQ_HOST",
  "opencti.mq.port": "MQ_PORT",
  "opencti.mq.vhost": "MQ_VHOST",
  "opencti.mq.user": "MQ_USER",
  "opencti.mq.pass": "MQ_PASS",
  "opencti.mq.use_ssl": "MQ_USE_SSL",
  "opencti.mq.ca_file": "MQ_USE_SSL_CA",
  "opencti.mq.cert_file": "MQ_USE_SSL_CERT",
  "opencti.mq.key_file": "MQ_USE_SSL_KEY",
  "opencti.mq.passphrase": "MQ_USE_SSL_PASSPHRASE",
  "opencti.mq.reject_unauthorized": "MQ_USE_SSL_REJECT_UNAUTHORIZED",
};

function own(section: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [`${section}.${key}`, `SOCDEFENDERS_${key.toUpperCase()}`]));
}

/**
 * Text of the core and the sink in the words of the connector's own environment: `feed.api_key` becomes `SOCDEFENDERS_API_KEY`. What only
 * looks like a key, a host name for instance, stays. The saved position is the connector's state on the platform.
 */
export function inOwnNames(text: string): string {
  return tell(text)
    .replaceAll(/\b([Rr])emove the saved position\b/g, "$1eset the connector's state on its page in OpenCTI")
    .replaceAll(/\bstate_directory\b/g, "SOCDEFENDERS_STATE_DIRECTORY");
}

const tell = createWording(
  {
    acceptReset: "reset the connector's state on its page in OpenCTI",
    acceptGap:
      "to pass over the ones that cannot be read, set SOCDEFENDERS_START behind that date and reset the connector's state on its page in OpenCTI",
    forgetWait: "once the budget-*.ndjson files in SOCDEFENDERS_STATE_DIRECTORY are removed",
    listCollections: "SOCDEFENDERS_COLLECTIONS=* reads what this key can read",
    clientCertificate: "to a proxy in between: the connector has no variable for one",
    nameAuthority:
      "Name the authority that signed the server's certificate, in PEM: SOCDEFENDERS_CA_FILE for the feed, HTTPS_CA_CERTIFICATES for OpenCTI",
  },
  names,
);
