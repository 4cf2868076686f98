import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createCertificate,
  startHec,
  startLogsIngestion,
  startManagedIdentity,
  startOpencti,
  startThreatIntelligence,
  type LocalCertificate,
  type RunningManagedIdentity,
  type RunningServer,
} from "@socdefenders/simulator";
import { columns } from "@socdefenders/sentinel";
import { keyOf, type Version } from "./records.ts";

export const targetNames = ["splunk", "sentinel", "sentinel-ti", "opencti"] as const;
export type TargetName = (typeof targetNames)[number];

/** A receiver of one target, with the way to it and its own account of what it holds. */
export interface Target {
  readonly name: TargetName;
  readonly server: RunningServer;
  /** What the front before it must serve with; undefined is plain HTTP. */
  readonly tls?: LocalCertificate | undefined;
  /** Whether a request brings indicators. */
  readonly isDelivery: (path: string, body: Buffer) => boolean;
  /** The section of the configuration, with the address of the front. Secrets are variables. */
  readonly section: (url: string, directory: string) => string;
  readonly environment: Readonly<Record<string, string>>;
  /** Nobody may read these anywhere. */
  readonly secrets: readonly string[];
  /** Versions of indicators in the order in which the receiver stored them, repetitions included. */
  readonly stored: () => readonly string[];
  /** Of two versions on one page only the newer one is delivered. */
  readonly keepsNewest?: boolean | undefined;
  /** What the target itself keeps for the connector: the saved positions are in it; undefined where they are in the state directory. */
  readonly state?: (() => string) | undefined;
  readonly putState?: ((state: string) => void) | undefined;
}

const hecToken = "5d6f1c1e-hec-token-of-the-harness";
export const openctiToken = "d3b07384-opencti-token-of-the-harness";
const ruleId = `dcr-${"0".repeat(32)}`;
const workspaceId = "11111111-2222-4333-8444-555555555555";
export const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";

let certificate: Promise<LocalCertificate> | undefined;

export const startTarget = (name: TargetName): Promise<Target> => starters[name]();

const starters: Readonly<Record<TargetName, () => Promise<Target>>> = {
  async splunk() {
    const server = await startHec({ token: hecToken });
    return {
      name: "splunk",
      server,
      isDelivery: (path) => path.startsWith("/services/collector/event"),
      section: (url) => `splunk: { endpoint: "${url}", token: "\${HEC_TOKEN}" }\n`,
      environment: { HEC_TOKEN: hecToken },
      secrets: [hecToken],
      stored: () => server.events().map(({ event }) => keyOf(versionOf(event, "indicator_id", "modified"))),
    };
  },
  async sentinel() {
    const tls = await (certificate ??= createCertificate());
    const { identity, audienceOf, issued } = await startIdentity();
    const streams = { "Custom-SOCDefendersIndicators_CL": Object.keys(columns) };
    const server = await startLogsIngestion({ tls, ruleId, streams, audienceOf });
    return {
      name: "sentinel",
      server: together(server, identity),
      tls,
      isDelivery: (path) => path.startsWith("/dataCollectionRules/"),
      section: (url, directory) => {
        const ca = join(directory, "ca.pem");
        writeFileSync(ca, tls.ca);
        return `sentinel: { destinations: [logs], endpoint: "${url}", rule_id: ${ruleId}, ca_file: "${ca}" }\n`;
      },
      environment: identity.environment,
      get secrets() {
        return [identity.environment.IDENTITY_HEADER, ...issued];
      },
      stored: () => server.rows().map((row) => keyOf(versionOf(row, "IndicatorId", "Modified"))),
    };
  },
  async "sentinel-ti"() {
    const { identity, audienceOf, issued } = await startIdentity();
    const stored: string[] = [];
    const server = await startThreatIntelligence({
      workspaceIds: [workspaceId],
      audienceOf,
      requestsPerMinute: 1_000_000,
      intercept: (_, objects) => void stored.push(...objects.map((object) => keyOf(versionOf(object, "id", "modified")))),
    });
    return {
      name: "sentinel-ti",
      server: together(server, identity),
      isDelivery: (path) => path.startsWith("/workspaces/"),
      section: (url) =>
        `sentinel: { destinations: [threat-intelligence], threat_intelligence_endpoint: "${url}", workspace_id: ${workspaceId} }\n`,
      environment: identity.environment,
      get secrets() {
        return [identity.environment.IDENTITY_HEADER, ...issued];
      },
      stored: () => stored,
    };
  },
  async opencti() {
    const stored: string[] = [];
    const server = await startOpencti({
      token: openctiToken,
      intercept: (operation, variables) => {
        if (operation !== "PushBundle") return undefined;
        const { objects } = JSON.parse(String(variables["bundle"])) as { objects: readonly Record<string, unknown>[] };
        const indicators = objects.filter(({ type }) => type === "indicator");
        stored.push(...indicators.map((object) => keyOf(ownVersion(object))));
        return undefined;
      },
    });
    return {
      name: "opencti",
      server,
      isDelivery: (_, body) => body.includes('"PushBundle"'),
      section: (url) =>
        `opencti: { url: "${url}", token: "\${OPENCTI_TOKEN}", connector_id: ${connectorId}, queue_protocol: api, import_expired: true }\n`,
      environment: { OPENCTI_TOKEN: openctiToken },
      secrets: [openctiToken],
      stored: () => stored,
      keepsNewest: true,
      state: () => server.state(connectorId) ?? "",
      putState: (state) => server.putState(connectorId, state),
    };
  },
};

async function startIdentity(): Promise<{
  identity: RunningManagedIdentity;
  audienceOf: (token: string) => string | undefined;
  issued: Set<string>;
}> {
  const identity = await startManagedIdentity();
  const issued = new Set<string>();
  const audienceOf = (token: string): string | undefined => {
    issued.add(token);
    return identity.audienceOf(token);
  };
  return { identity, audienceOf, issued };
}

function together(server: RunningServer, other: RunningServer): RunningServer {
  return { url: server.url, close: async () => void (await Promise.all([server.close(), other.close()])) };
}

function versionOf(object: unknown, id: string, modified: string): Version {
  const members = object as Readonly<Record<string, unknown>>;
  return { id: String(members[id]), modified: String(members[modified]) };
}

/** OpenCTI knows an indicator by its pattern; the feed's own id goes along. */
function ownVersion(object: Readonly<Record<string, unknown>>): Version {
  const [id = object["id"]] = (object["x_opencti_stix_ids"] ?? []) as readonly string[];
  return { id: String(id), modified: String(object["modified"]) };
}
