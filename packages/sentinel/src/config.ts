import { ConfigurationError, createSecret, parseAddress, parseSection, readTextFile, type Secret } from "@socdefenders/shared";
import { z } from "zod";
import { addressesOf, clouds, type Cloud } from "./cloud.ts";
import { parseLifetimeDays, type LifetimeDays } from "./threat-intelligence/lifetime.ts";

const destinationNames = ["logs", "threat-intelligence"] as const;

/** The `sentinel` section, validated. At least one of the two destinations is there. */
export interface SentinelConfig extends AccessConfig {
  readonly logs?: LogsConfig | undefined;
  readonly threatIntelligence?: ThreatIntelligenceConfig | undefined;
}

/** Who asks for tokens, where, and whom it trusts; the same for both destinations. */
export interface AccessConfig {
  readonly cloud: Cloud;
  /** Client id of a user-assigned identity or of the application; undefined is the system-assigned identity. */
  readonly clientId?: string | undefined;
  /** Application credential, for hosts outside Azure; undefined is a managed identity. */
  readonly application?: Application | undefined;
  /** PEM of the authority that signed the endpoints' certificates, where it is no public one. */
  readonly ca?: string | undefined;
}

/** An application of Microsoft Entra, and how it proves to be it: by a secret, or by a token that somebody else issues (workload identity). */
interface Application {
  readonly tenantId: string;
  readonly clientId: string;
  readonly proof: { readonly clientSecret: Secret } | { readonly federatedTokenFile: string };
}

/** The destination `logs`: the Logs Ingestion API and a table of its own. */
export interface LogsConfig extends AccessConfig {
  /** Logs ingestion endpoint of the data collection rule or of a data collection endpoint, scheme and host. */
  readonly endpoint: URL;
  /** Immutable id of the data collection rule: `dcr-…`, not its name. */
  readonly ruleId: string;
  /** Stream the rule declares for the table. */
  readonly stream: string;
}

/** The destination `threat-intelligence`: the STIX upload API and Sentinel's own store of indicators. */
export interface ThreatIntelligenceConfig extends AccessConfig {
  /** Scheme and host of the upload API: the cloud's own, unless another one is written. */
  readonly endpoint: URL;
  /** Id of the Log Analytics workspace. */
  readonly workspaceId: string;
  /** What becomes of a pattern with several values: an object a value where each stands alone (`split`), or one as it is (`keep`). */
  readonly compound: "split" | "keep";
  /** How long what has no `valid_until` counts. */
  readonly lifetimeDays: LifetimeDays;
}

export function parseConfig(input: unknown, path: string): SentinelConfig {
  const section = parseSection(schema, input, path);
  const access: AccessConfig = {
    cloud: section.cloud,
    clientId: section.client_id,
    application: readApplication(section, path),
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, `${path}.ca_file`),
  };
  const wants = (destination: (typeof destinationNames)[number]): boolean => section.destinations.includes(destination);
  return {
    ...access,
    logs: wants("logs") ? { ...access, ...readLogs(section, path) } : undefined,
    threatIntelligence: wants("threat-intelligence") ? { ...access, ...readThreatIntelligence(section, path) } : undefined,
  };
}

type Own<Config> = Omit<Config, keyof AccessConfig>;

function readLogs(section: Section, path: string): Own<LogsConfig> {
  const endpoint = readEndpoint(demand(section.endpoint, `${path}.endpoint`, "logs"), `${path}.endpoint`);
  return { endpoint, ruleId: demand(section.rule_id, `${path}.rule_id`, "logs"), stream: section.stream };
}

function readThreatIntelligence(section: Section, path: string): Own<ThreatIntelligenceConfig> {
  const written = section.threat_intelligence_endpoint ?? addressesOf[section.cloud].threatIntelligence;
  return {
    endpoint: readOrigin(written, `${path}.threat_intelligence_endpoint`),
    workspaceId: demand(section.workspace_id, `${path}.workspace_id`, "threat-intelligence"),
    compound: section.threat_intelligence_compound,
    lifetimeDays: parseLifetimeDays(section.threat_intelligence_lifetime_days, `${path}.threat_intelligence_lifetime_days`),
  };
}

function demand(value: string | undefined, path: string, destination: (typeof destinationNames)[number]): string {
  if (value !== undefined) return value;
  throw new ConfigurationError(`${path} is missing`, { remedy: `The destination ${destination} needs it.` });
}

function readEndpoint(written: string, path: string): URL {
  const endpoint = parseAddress(written, path);
  if (endpoint.protocol === "https:") return endpoint;
  throw new ConfigurationError(`${path}: not an https address`, {
    remedy: "Write it as https://…; a token is never sent without TLS, not even to this machine.",
  });
}

/** Scheme and host only: the path is the API's. `http` is allowed on this machine. */
function readOrigin(written: string, path: string): URL {
  const endpoint = parseAddress(written, path);
  if (endpoint.pathname === "/" && endpoint.search === "" && endpoint.hash === "") return endpoint;
  throw new ConfigurationError(`${path}: more than scheme and host`, {
    remedy: `Write ${path} as ${endpoint.origin}; workspace and path are added to it.`,
  });
}

function readApplication(section: Section, path: string): Application | undefined {
  const { tenant_id: tenantId, client_id: clientId, client_secret: secret, federated_token_file: federatedTokenFile } = section;
  if (tenantId === undefined && secret === undefined && federatedTokenFile === undefined) return undefined;
  if (tenantId === undefined || clientId === undefined || (secret === undefined) === (federatedTokenFile === undefined)) {
    throw new ConfigurationError(
      `an application needs ${path}.tenant_id and ${path}.client_id, and either ${path}.client_secret or ${path}.federated_token_file`,
      {
        remedy: "Give all three, or only the client id for a user-assigned managed identity, or none for the system-assigned one.",
      },
    );
  }
  const proof = secret === undefined ? { federatedTokenFile: federatedTokenFile ?? "" } : { clientSecret: createSecret(secret) };
  return { tenantId, clientId, proof };
}

type Section = z.infer<typeof schema>;

const schema = z.strictObject({
  destinations: z
    .array(z.enum(destinationNames))
    .min(1)
    .default(["logs"])
    .describe(
      "`logs`: a table of its own; `threat-intelligence`: Sentinel's store of indicators, for Microsoft's own rules; or both, each with its own position",
    ),
  endpoint: z.string().optional().describe("for `logs`: Logs Ingestion endpoint"),
  rule_id: z
    .string()
    .regex(/^dcr-[\w-]+$/, "not the immutable id of a data collection rule (dcr-…)")
    .optional()
    .describe("for `logs`: immutable id of the data collection rule"),
  stream: z
    .string()
    .regex(/^Custom-\w+$/, "not a stream name (Custom-…)")
    .default("Custom-SOCDefendersIndicators_CL")
    .describe("for `logs`: stream of that rule"),
  workspace_id: z.guid().optional().describe("for `threat-intelligence`: id (GUID) of the workspace"),
  threat_intelligence_endpoint: z
    .string()
    .optional()
    .describe("scheme and host of the upload API, the cloud's own unless given; `http://` on loopback hosts only"),
  threat_intelligence_compound: z
    .enum(["split", "keep"])
    .default("split")
    .describe(
      "OR lists, sets and several hashes of one file become an object per value, other patterns stay whole; `keep`: all stay whole ([why](decisions/0012-sentinel-threat-intelligence.md))",
    ),
  threat_intelligence_lifetime_days: z
    .unknown()
    .optional()
    .meta({
      written: {
        anyOf: [{ type: "object", additionalProperties: { type: "integer", minimum: 1, maximum: 36_500 } }, { type: "string" }],
      },
      description:
        "days from `valid_from` to the `valid_until` of what the feed gives none, by type: `{ ipv4: 30, domain: 90 }`; without it addresses have 30, hashes, CVEs and techniques 365, all others 90; `pattern` is what has no single type",
    }),
  cloud: z.enum(clouds).default("public").describe("`public`, `usgovernment`, `china`"),
  client_id: z
    .string()
    .min(1)
    .optional()
    .describe(
      "none: system-assigned identity; `client_id` alone: a user-assigned one; with `tenant_id` and `client_secret`: an application",
    ),
  tenant_id: z.string().min(1).optional().describe("tenant of the application"),
  client_secret: z.string().min(1).optional().describe("secret of the application"),
  federated_token_file: z
    .string()
    .min(1)
    .optional()
    .describe("in place of `client_secret`: the file with the token of a federated identity (workload identity)"),
  ca_file: z.string().optional().describe("PEM of an authority"),
});

/** The `sentinel` section as it is written; the descriptions are the reference page's. */
export const writtenSchema: z.ZodObject = schema;
