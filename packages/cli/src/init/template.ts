import { has, listOf, type Answers } from "./settings.ts";

/** A configuration with its comments, and what it takes from the environment. */
export interface Written {
  readonly text: string;
  /** Names of the variables that hold its secrets, with what each is. */
  readonly variables: ReadonlyMap<string, string>;
}

/** The configuration of these answers. Secrets stand in it by the names of their variables. */
export function writeConfiguration(answers: Answers): Written {
  const chosen = (["splunk", "sentinel", "opencti"] as const).filter((kind) => has(answers, "target", kind));
  const text = [feed(answers), filter, state(answers), ...chosen.map((kind) => sections[kind](answers))].join("\n");
  const variables = new Map([["SOCDEFENDERS_API_KEY", "the API key of the feed"]]);
  if (chosen.includes("splunk")) variables.set("SPLUNK_HEC_TOKEN", "the token of the HTTP Event Collector");
  if (chosen.includes("opencti")) variables.set("OPENCTI_TOKEN", "the API token of the connector's user");
  return { text: `${head}\n${text}`, variables };
}

const head = `# SOC Defenders connectors. Secrets are taken from the environment: \${NAME}. Files can hold them too: api_key_file, token_file.
# Completion in an editor: socdefenders schema > socdefenders.schema.json, and as first line of this file
#   "# yaml-language-server: $schema=socdefenders.schema.json"
`;

const feed = (answers: Answers): string => `feed:
  endpoint: ${quoted(answers["feed-endpoint"])}
  api_key: \${SOCDEFENDERS_API_KEY}
  # What the key can read: socdefenders collections, with this file. "*" is all of it.
  collections: ${list(answers["collections"])}
  # How far back the first run reaches; later ones go on where the last one stood.
  start: ${quoted(answers["start"])}
`;

const filter = `# What is not to be delivered; each thing held back is counted with its reason.
# filter:
#   min_confidence: 50
#   exclude: ["*.example.com", 198.51.100.0/24]
`;

const state = (answers: Answers): string => `# Positions, dead letters and what the key has spent. One run at a time works in it.
state_directory: ${quoted(answers["state-directory"])}
`;

const sections = {
  splunk: (answers: Answers): string => `splunk:
  endpoint: ${quoted(answers["splunk-endpoint"])}
  token: \${SPLUNK_HEC_TOKEN}
  # Nothing is the token's own default index.
  index: ${answers["splunk-index"] ? quoted(answers["splunk-index"]) : ""}
  # PEM of the authority that signed HEC's certificate, where it is no public one.
  # ca_file: ./splunk-ca.pem
`,
  sentinel: (answers: Answers): string => `# Tokens are those of the host's managed identity; for an application outside Azure add
# client_id, tenant_id and client_secret: \${AZURE_CLIENT_SECRET}.
sentinel:
  destinations: ${list(answers["sentinel-destinations"])}
${optional("  # Role of the identity on the rule: Monitoring Metrics Publisher.\n  endpoint: ", answers["sentinel-endpoint"])}${optional("  rule_id: ", answers["sentinel-rule-id"])}${optional("  # Role of the identity on the workspace: Microsoft Sentinel Contributor.\n  workspace_id: ", answers["sentinel-workspace-id"])}`,
  opencti: (answers: Answers): string => `opencti:
  url: ${quoted(answers["opencti-url"])}
  token: \${OPENCTI_TOKEN}
  # The platform keeps the position under this id: keep it.
  connector_id: ${quoted(answers["opencti-connector-id"])}
  # amqp needs a way to the platform's RabbitMQ; api needs none.
  queue_protocol: ${quoted(answers["opencti-queue-protocol"])}
`,
} as const;

const optional = (before: string, value: string | undefined): string => (value === undefined ? "" : `${before}${quoted(value)}\n`);

/** A JSON string is a YAML string whatever it holds. */
const quoted = (text: string = ""): string => JSON.stringify(text);

const list = (text: string | undefined): string => `[${listOf(text).map(quoted).join(", ")}]`;
