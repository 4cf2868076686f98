import { ConfigurationError, createSecret, parseAddress, parseSection, readTextFile, type Secret } from "@socdefenders/shared";
import { z } from "zod";
import { clouds, type Cloud } from "./cloud.ts";

/** The `sentinel` section, validated. */
export interface SentinelConfig {
  /** Logs ingestion endpoint of the data collection rule or of a data collection endpoint, scheme and host. */
  readonly endpoint: URL;
  /** Immutable id of the data collection rule: `dcr-…`, not its name. */
  readonly ruleId: string;
  /** Stream the rule declares for the table. */
  readonly stream: string;
  /** Id of the Log Analytics workspace. */
  readonly workspaceId?: string | undefined;
  readonly cloud: Cloud;
  /** Client id of a user-assigned identity or of the application; undefined is the system-assigned identity. */
  readonly clientId?: string | undefined;
  /** Application credential, for hosts outside Azure; undefined is a managed identity. */
  readonly application?: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: Secret } | undefined;
  /** PEM of the authority that signed the endpoint's certificate, where it is no public one. */
  readonly ca?: string | undefined;
}

export function parseConfig(input: unknown, path: string): SentinelConfig {
  const section = parseSection(schema, input, path);
  if (section.destinations.includes("threat-intelligence")) {
    throw new ConfigurationError(`${path}.destinations: threat-intelligence is not in this version yet`, {
      remedy: `Write ${path}.destinations: [logs]; the threat intelligence table comes with a later release.`,
    });
  }
  const endpoint = parseAddress(section.endpoint, `${path}.endpoint`);
  if (endpoint.protocol !== "https:") {
    throw new ConfigurationError(`${path}.endpoint: not an https address`, {
      remedy: "Write it as https://…; a token is never sent without TLS, not even to this machine.",
    });
  }
  return {
    endpoint,
    ruleId: section.rule_id,
    stream: section.stream,
    workspaceId: section.workspace_id,
    cloud: section.cloud,
    clientId: section.client_id,
    application: readApplication(section, path),
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, `${path}.ca_file`),
  };
}

function readApplication(section: z.infer<typeof schema>, path: string): SentinelConfig["application"] {
  const { tenant_id: tenantId, client_id: clientId, client_secret: secret } = section;
  if (tenantId === undefined && secret === undefined) return undefined;
  if (tenantId === undefined || clientId === undefined || secret === undefined) {
    throw new ConfigurationError(`${path}: an application needs tenant_id, client_id and client_secret together`, {
      remedy: "Give all three, or only client_id for a user-assigned managed identity, or none for the system-assigned one.",
    });
  }
  return { tenantId, clientId, clientSecret: createSecret(secret) };
}

const schema = z.strictObject({
  destinations: z
    .array(z.enum(["logs", "threat-intelligence"]))
    .min(1)
    .default(["logs"]),
  endpoint: z.string(),
  rule_id: z.string().regex(/^dcr-[\w-]+$/, "not the immutable id of a data collection rule (dcr-…)"),
  stream: z
    .string()
    .regex(/^Custom-\w+$/, "not a stream name (Custom-…)")
    .default("Custom-SOCDefendersIndicators_CL"),
  workspace_id: z.guid().optional(),
  cloud: z.enum(clouds).default("public"),
  client_id: z.string().min(1).optional(),
  tenant_id: z.string().min(1).optional(),
  client_secret: z.string().min(1).optional(),
  ca_file: z.string().optional(),
});
