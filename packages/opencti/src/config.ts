import {
  ConfigurationError,
  createSecret,
  parseAddress,
  parseSection,
  readTextFile,
  textOrFile,
  tlpLevels,
  type Secret,
  type Tlp,
} from "@socdefenders/shared";
import { z } from "zod";

/** The `opencti` section, validated. */
export interface OpenctiConfig {
  /** The platform's address, as in its users' browsers; `/graphql` is added. */
  readonly url: URL;
  /** API token of the connector's own user. */
  readonly token: Secret;
  /** UUID the connector is known by on the platform; its state and its queues hang on it. */
  readonly connectorId: string;
  readonly connectorName: string;
  /** Shown on the platform, of no effect for an import connector. */
  readonly connectorScope: readonly string[];
  /** `amqp` publishes to the platform's RabbitMQ, `api` needs nothing but HTTP to the platform. */
  readonly queueProtocol: "amqp" | "api";
  /** With each indicator the observables that its values are. */
  readonly createObservables: boolean;
  /** Marks indicators as fit for detection (`x_opencti_detection`), which the feed says nothing about. */
  readonly detection: boolean;
  /** Indicators that have expired come in too; else they are skipped and counted. */
  readonly importExpired: boolean;
  /** The articles that indicators refer to become reports. */
  readonly importArticles: boolean;
  /** What those reports are marked with: articles carry no marking themselves. */
  readonly articleTlp: Tlp;
  /** PEM of the authority that signed the platform's certificate, where it is no public one. */
  readonly ca?: string | undefined;
  /** False only where the operator wants the platform's certificate unverified. */
  readonly verifiesCertificate: boolean;
  /** Sent with every request to the platform, for a proxy before it that asks for them. Their values may be secrets. */
  readonly customHeaders: Readonly<Record<string, Secret>>;
  readonly broker: BrokerOverrides;
  /** False where bundles go to the directory alone. */
  readonly sendsToQueue: boolean;
  /** Where each bundle is also written as a file, for how many days (0: for ever). */
  readonly directory?: { readonly path: string; readonly retention_days: number } | undefined;
}

/** What replaces the broker's address and account that the platform hands out, where the connector reaches it by another way. */
export interface BrokerOverrides {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly vhost?: string | undefined;
  readonly useTls?: boolean | undefined;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** PEM of the authority that signed the broker's certificate. */
  readonly ca?: string | undefined;
  /** PEM of the client's certificate and key, where the broker asks for them. */
  readonly certificate?: string | undefined;
  readonly key?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
  /** False only where the operator wants the broker's certificate unverified. */
  readonly verifiesCertificate: boolean;
}

export function parseConfig(input: unknown, path: string): OpenctiConfig {
  const section = parseSection(schema, input, path);
  // Looked at before it counts as a secret, or the message could not name it.
  if (section.token === "ChangeMe") {
    throw new ConfigurationError(`${path}.token is still ChangeMe`, {
      remedy: "Give the API token of the connector's user (OpenCTI: user profile, API access).",
    });
  }
  const token = textOrFile(section.token, section.token_file, `${path}.token`);
  return {
    url: parseAddress(section.url, `${path}.url`, true),
    token,
    connectorId: section.connector_id,
    connectorName: section.connector_name,
    connectorScope: section.connector_scope,
    queueProtocol: section.queue_protocol,
    createObservables: section.create_observables,
    detection: section.detection,
    importExpired: section.import_expired,
    importArticles: section.import_articles,
    articleTlp: section.article_tlp,
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, `${path}.ca_file`),
    verifiesCertificate: section.ssl_verify,
    customHeaders: readHeaders(section.custom_headers),
    broker: parseBroker(section.mq ?? {}, `${path}.mq`),
    ...parseDestinations(section, path),
  };
}

function readHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, Secret>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), createSecret(value)]));
}

function parseDestinations(
  { send_to_queue, directory }: z.infer<typeof schema>,
  path: string,
): Pick<OpenctiConfig, "sendsToQueue" | "directory"> {
  if (!send_to_queue && directory === undefined) {
    throw new ConfigurationError(`${path}.send_to_queue is off and there is no ${path}.directory: nothing would be sent anywhere`, {
      remedy: `Give ${path}.directory, or leave ${path}.send_to_queue on.`,
    });
  }
  return { sendsToQueue: send_to_queue, directory };
}

function parseBroker(input: unknown, path: string): BrokerOverrides {
  const section = parseSection(brokerSchema, input, path);
  const { host, port, vhost, user, use_ssl, pass, pass_file, ca_file, cert_file, key_file, passphrase } = section;
  if ((cert_file === undefined) !== (key_file === undefined)) {
    throw new ConfigurationError(`${path}: a client certificate needs both cert_file and key_file`, {
      remedy: "Give both or neither.",
    });
  }
  const key = readPem(key_file, `${path}.key_file`);
  return {
    host,
    port,
    vhost,
    user,
    useTls: use_ssl,
    password: pass === undefined && pass_file === undefined ? undefined : textOrFile(pass, pass_file, `${path}.pass`),
    ca: readPem(ca_file, `${path}.ca_file`),
    certificate: readPem(cert_file, `${path}.cert_file`),
    key: key === undefined ? undefined : createSecret(key),
    passphrase: passphrase === undefined ? undefined : createSecret(passphrase),
    verifiesCertificate: section.reject_unauthorized,
  };
}

/** The path of a file, or its content itself, as other connectors of OpenCTI take either. */
function readPem(text: string | undefined, key: string): string | undefined {
  return text === undefined || text.includes("-----BEGIN") ? text : readTextFile(text, key);
}

const directorySchema = z.strictObject({
  path: z.string().min(1).describe("the directory"),
  retention_days: z.number().min(0).default(7).describe("days that a file stays; 0 keeps them"),
});

const brokerSchema = z.strictObject({
  host: z.string().min(1).optional().describe("host of the broker"),
  port: z.int().min(1).max(65_535).optional().describe("its port"),
  vhost: z.string().min(1).optional().describe("virtual host"),
  use_ssl: z.boolean().optional().describe("TLS to the broker"),
  user: z.string().min(1).optional().describe("its account"),
  pass: z.string().min(1).optional().describe("password of that account"),
  pass_file: z.string().optional().describe("a file that holds the password, in place of `pass`"),
  ca_file: z.string().optional().describe("PEM of an authority, by its path or its content"),
  cert_file: z.string().optional().describe("client certificate, by its path or its content"),
  key_file: z.string().optional().describe("key of the client certificate, by its path or its content"),
  passphrase: z.string().min(1).optional().describe("where that key is encrypted"),
  reject_unauthorized: z.boolean().default(true).describe("`false` leaves the broker's certificate unverified"),
});

const schema = z.strictObject({
  url: z.string().describe("the platform"),
  token: z.string().min(1).optional().describe("API token of the connector's user"),
  token_file: z.string().optional().describe("a file that holds the token, in place of `token`"),
  connector_id: z
    .guid("not a UUID; make one with: uuidgen")
    .transform((id) => id.toLowerCase())
    .describe("the connector's UUID, under which the platform keeps the position"),
  connector_name: z.string().trim().min(2).default("SOC Defenders").describe("as the platform shows it"),
  connector_scope: z.array(z.string().min(1)).min(1).default(["indicator", "vulnerability"]).describe("as the platform shows it"),
  queue_protocol: z.enum(["amqp", "api"]).default("amqp").describe("`amqp` or `api`"),
  create_observables: z.boolean().default(false).describe("observables beside the indicators, with `based-on`"),
  detection: z.boolean().default(false).describe("`x_opencti_detection` on indicators"),
  import_expired: z
    .boolean()
    .default(false)
    .describe("`true`: indicators that have expired too; else they are skipped and counted"),
  import_articles: z
    .boolean()
    .default(false)
    .describe("the articles behind the indicators as reports, a request of the budget each"),
  article_tlp: z
    .preprocess((text) => (typeof text === "string" ? text.toUpperCase() : text), z.enum(tlpLevels))
    .default("TLP:GREEN")
    .describe("marking of those reports"),
  ca_file: z.string().optional().describe("PEM of an authority"),
  ssl_verify: z.boolean().default(true).describe("`false` leaves the platform's certificate unverified"),
  custom_headers: z
    .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "not a header name"), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/))
    .default({})
    .describe("headers for a proxy before the platform, by name"),
  mq: z.unknown().optional(),
  send_to_queue: z.boolean().default(true).describe("`false`: bundles go to `directory` only"),
  directory: directorySchema.optional().describe("`path` where each bundle is also written as a file, for `retention_days`"),
});

/** The `opencti` section as it is written; the descriptions are the reference page's. */
export const writtenSchema: z.ZodObject = schema.extend({
  mq: brokerSchema.optional().describe("where the broker is not where the platform says"),
});
