/** One variable of the connector's environment, as its documentation and the platform's catalogue describe it. */
export interface Variable {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer" | "number" | "array";
  /** As JSON Schema writes it; `password` is a secret. */
  readonly format?: "uri" | "duration" | "password" | undefined;
  readonly values?: readonly string[] | undefined;
  readonly required?: true | undefined;
  readonly default?: string | number | boolean | readonly string[] | undefined;
  readonly description: string;
  /** What an operator puts in its place in an example; without it the default, or nothing. */
  readonly example?: string | undefined;
}

/** The variables every OpenCTI connector has. */
export const platformVariables: readonly Variable[] = [
  {
    name: "OPENCTI_URL",
    type: "string",
    format: "uri",
    required: true,
    description: "Address of the platform.",
    example: "http://localhost",
  },
  {
    name: "OPENCTI_TOKEN",
    type: "string",
    format: "password",
    required: true,
    description: "API token of a user made for this connector, in the group Connectors.",
    example: "ChangeMe",
  },
  {
    name: "OPENCTI_SSL_VERIFY",
    type: "boolean",
    default: true,
    description: "Whether the platform's certificate is verified; `false` gives the token to whoever answers.",
  },
  {
    name: "OPENCTI_CUSTOM_HEADERS",
    type: "string",
    format: "password",
    description: "Headers for a proxy before the platform: `name:value;name:value`.",
  },
  { name: "OPENCTI_JSON_LOGGING", type: "boolean", default: true, description: "Log lines as JSON, or for people." },
  {
    name: "HTTPS_CA_CERTIFICATES",
    type: "string",
    description: "PEM of authorities to trust besides the public ones, or the path of a file with them.",
  },
];

/** The variables that say what connector it is and how it runs. */
export const connectorVariables: readonly Variable[] = [
  {
    name: "CONNECTOR_ID",
    type: "string",
    required: true,
    description: "A UUID of this connector's own. Its position and its queues hang on it: keep it.",
    example: "ChangeMe",
  },
  {
    name: "CONNECTOR_TYPE",
    type: "string",
    values: ["EXTERNAL_IMPORT"],
    default: "EXTERNAL_IMPORT",
    description: "What it is; nothing else is taken.",
  },
  { name: "CONNECTOR_NAME", type: "string", default: "SOC Defenders", description: "Its name on the platform." },
  {
    name: "CONNECTOR_SCOPE",
    type: "array",
    default: ["indicator", "vulnerability"],
    description: "Shown on the platform, of no effect on an import.",
  },
  {
    name: "CONNECTOR_LOG_LEVEL",
    type: "string",
    values: ["debug", "info", "warn", "warning", "error"],
    default: "error",
    description: "The least that is logged.",
  },
  {
    name: "CONNECTOR_DURATION_PERIOD",
    type: "string",
    format: "duration",
    default: "PT1H",
    description: "From the end of one run to the start of the next, a minute at least; `PT0S` or `0` is a single run.",
  },
  { name: "CONNECTOR_RUN_AND_TERMINATE", type: "boolean", default: false, description: "One run, then leave with its exit code." },
  {
    name: "CONNECTOR_QUEUE_PROTOCOL",
    type: "string",
    values: ["amqp", "api"],
    default: "amqp",
    description: "`amqp` publishes to the platform's RabbitMQ; `api` needs nothing but HTTP to the platform.",
  },
  {
    name: "CONNECTOR_QUEUE_THRESHOLD",
    type: "number",
    default: 500,
    description: "Megabytes that may wait for the platform's workers; a run does not begin while there are more.",
  },
  { name: "CONNECTOR_SEND_TO_QUEUE", type: "boolean", default: true, description: "Whether bundles go to the platform." },
  {
    name: "CONNECTOR_SEND_TO_DIRECTORY",
    type: "boolean",
    default: false,
    description: "Whether bundles are written as files too.",
  },
  { name: "CONNECTOR_SEND_TO_DIRECTORY_PATH", type: "string", description: "The directory they are written to." },
  {
    name: "CONNECTOR_SEND_TO_DIRECTORY_RETENTION",
    type: "integer",
    default: 7,
    description: "Days after which those files are removed; 0 keeps them.",
  },
  { name: "CONNECTOR_EXPOSE_METRICS", type: "boolean", default: false, description: "Whether Prometheus metrics are served." },
  { name: "CONNECTOR_METRICS_PORT", type: "integer", default: 9095, description: "Where they are served, under `/metrics`." },
  { name: "CONNECTOR_METRICS_NAMESPACE", type: "string", description: "Goes before every metric's name." },
  { name: "CONNECTOR_METRICS_SUBSYSTEM", type: "string", description: "Goes between namespace and name." },
  { name: "MQ_HOST", type: "string", description: "The broker, where it is not where the platform says; so with the following." },
  { name: "MQ_PORT", type: "integer", description: "Its port." },
  { name: "MQ_VHOST", type: "string", description: "Its virtual host." },
  { name: "MQ_USER", type: "string", description: "The user there." },
  { name: "MQ_PASS", type: "string", format: "password", description: "That user's password." },
  { name: "MQ_USE_SSL", type: "boolean", description: "Whether TLS is spoken with it." },
  { name: "MQ_USE_SSL_CA", type: "string", description: "File with the PEM of its authority." },
  { name: "MQ_USE_SSL_CERT", type: "string", description: "File with the PEM of a client certificate." },
  { name: "MQ_USE_SSL_KEY", type: "string", description: "File with the key of that certificate." },
  { name: "MQ_USE_SSL_PASSPHRASE", type: "string", format: "password", description: "Where that key is encrypted." },
  {
    name: "MQ_USE_SSL_REJECT_UNAUTHORIZED",
    type: "boolean",
    default: true,
    description: "Whether the broker's certificate is verified.",
  },
];

/** This connector's own. */
export const feedVariables: readonly Variable[] = [
  {
    name: "SOCDEFENDERS_API_KEY",
    type: "string",
    format: "password",
    required: true,
    description: "Key of the feed.",
    example: "ChangeMe",
  },
  {
    name: "SOCDEFENDERS_ENDPOINT",
    type: "string",
    format: "uri",
    default: "https://socdefenders.ai/api/taxii2/",
    description: "TAXII 2.1 discovery address of the feed.",
  },
  {
    name: "SOCDEFENDERS_AUTH",
    type: "string",
    values: ["bearer", "basic", "x-api-key"],
    default: "bearer",
    description: "How the key is presented.",
  },
  { name: "SOCDEFENDERS_USERNAME", type: "string", description: "The account's e-mail address, for `basic`." },
  {
    name: "SOCDEFENDERS_COLLECTIONS",
    type: "array",
    default: ["*"],
    description: "Ids, aliases or titles of collections; `*` is all that the key can read.",
  },
  {
    name: "SOCDEFENDERS_START",
    type: "string",
    default: "P30D",
    description: "How far back a first run reaches: a duration or an RFC 3339 time.",
  },
  {
    name: "SOCDEFENDERS_CREATE_OBSERVABLES",
    type: "boolean",
    default: false,
    description: "Whether observables come in beside the indicators, with `based-on` relationships.",
  },
  {
    name: "SOCDEFENDERS_DETECTION",
    type: "boolean",
    default: false,
    description: "Whether indicators are marked as fit for detection, which the feed says nothing about.",
  },
  {
    name: "SOCDEFENDERS_IMPORT_ARTICLES",
    type: "boolean",
    default: false,
    description: "Whether the articles behind the indicators come in as reports. Each is a request of the key's budget.",
  },
  { name: "SOCDEFENDERS_ARTICLE_TLP", type: "string", default: "TLP:GREEN", description: "Marking of those reports." },
  {
    name: "SOCDEFENDERS_IMPORT_EXPIRED",
    type: "boolean",
    default: false,
    description: "Whether indicators come in that have expired; else they are skipped and counted.",
  },
  {
    name: "SOCDEFENDERS_MIN_CONFIDENCE",
    type: "number",
    description: "Indicators with less confidence (0 to 100), or with none, are skipped and counted.",
  },
  {
    name: "SOCDEFENDERS_INDICATOR_TYPES",
    type: "array",
    description: "Indicators of none of these types are skipped and counted.",
  },
  {
    name: "SOCDEFENDERS_IOC_TYPES",
    type: "array",
    description: "Values of other types are held back: `ipv4`, `domain`, `sha256`, …",
  },
  { name: "SOCDEFENDERS_LABELS", type: "array", description: "Indicators with none of these labels are skipped and counted." },
  { name: "SOCDEFENDERS_MAX_TLP", type: "string", description: "Objects marked more strictly are skipped and counted." },
  {
    name: "SOCDEFENDERS_EXCLUDE",
    type: "array",
    description: "Values, CIDR ranges and `*.domains` that never come in.",
  },
  {
    name: "SOCDEFENDERS_RESERVED_ADDRESSES",
    type: "string",
    values: ["exclude", "deliver"],
    default: "deliver",
    description: "What becomes of private, loopback, documentation and other reserved addresses.",
  },
  {
    name: "SOCDEFENDERS_OVERLAP",
    type: "string",
    format: "duration",
    default: "PT5M",
    description: "How late the feed may publish: so much is read again by each run, and delivered once.",
  },
  { name: "SOCDEFENDERS_PAGE_SIZE", type: "integer", default: 1000, description: "Objects asked for at a time, 10 to 1,000." },
  {
    name: "SOCDEFENDERS_REQUESTS_PER_MINUTE",
    type: "integer",
    default: 1000,
    description: "Request units a minute until the feed's own headers say otherwise.",
  },
  {
    name: "SOCDEFENDERS_REQUESTS_PER_DAY",
    type: "integer",
    default: 1_000_000,
    description: "Request units of any 24 hours.",
  },
  {
    name: "SOCDEFENDERS_TRUSTED_HOSTS",
    type: "array",
    description: "Hosts besides the endpoint's own that may see the key.",
  },
  { name: "SOCDEFENDERS_CA_FILE", type: "string", description: "File with the PEM of an authority to trust for the feed." },
  {
    name: "SOCDEFENDERS_PROXY",
    type: "string",
    description: "Proxy for the feed, before the environment's: `http://host:port`.",
  },
  {
    name: "SOCDEFENDERS_STATE_DIRECTORY",
    type: "string",
    default: "./state",
    description: "Where dead letters and what the key has spent are kept; positions are on the platform.",
  },
  {
    name: "SOCDEFENDERS_HEALTH_PORT",
    type: "integer",
    default: 0,
    description: "Where `/health` is served; 0 is nowhere.",
  },
  {
    name: "SOCDEFENDERS_LISTEN_ADDRESS",
    type: "string",
    default: "127.0.0.1",
    description: "The address that metrics and health are served on; `*` is all, as the container image has it.",
  },
];

export const variables: readonly Variable[] = [...platformVariables, ...connectorVariables, ...feedVariables];
