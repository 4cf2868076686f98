import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "@socdefenders/shared";
import type { FeedOptions, RunningServer } from "@socdefenders/simulator";

/** A local feed and local receivers: of Splunk, of both destinations of Sentinel with its managed identity, of OpenCTI. */
export interface Simulation {
  /** A configuration for `run` that leads from the one to the others. */
  readonly configuration: string;
  /** What `run` needs in its environment: how Azure tells a process where its managed identity is. */
  readonly environment: Readonly<Record<string, string>>;
  /** Distinct indicators each receiver holds, by target; a CVE counts, which OpenCTI keeps as a vulnerability. */
  received(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

const hecToken = "11111111-2222-3333-4444-555555555555";
const openctiToken = "66666666-7777-8888-9999-000000000000";
const ruleId = "dcr-00000000000000000000000000000001";
const workspaceId = "00000000-0000-4000-8000-000000000002";

const authentication = (accepted: NonNullable<FeedOptions["accepts"]>): string =>
  accepted === "all" ? "" : `  auth: ${accepted}\n${accepted === "basic" ? "  username: analyst@example.com\n" : ""}`;

/** The collection of everything, as each family of ids lists it. */
const allIndicators = { vendor: "soc-defenders-all", guide: "all-iocs", uuid: "soc-defenders-all" } as const;

/** Starts everything on loopback; the feed on `port`, the receivers on the ports after it, or all on free ports with 0. */
export async function startSimulation(options: FeedOptions): Promise<Simulation> {
  const { columns } = await import("@socdefenders/sentinel");
  const simulator = await import("@socdefenders/simulator");
  const directory = await mkdtemp(join(tmpdir(), "socdefenders-simulation-"));
  const port = (offset: number): number => (options.port === undefined || options.port === 0 ? 0 : options.port + offset);

  const servers: RunningServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await rm(directory, { recursive: true, force: true });
  };
  const start = async <Started extends RunningServer>(starting: Promise<Started>): Promise<Started> => {
    try {
      const server = await starting;
      servers.push(server);
      return server;
    } catch (cause) {
      await close();
      throw new ConfigurationError(`a simulated server cannot start: ${(cause as Error).message}`, {
        remedy: "Choose another --port; six in a row are needed, or 0 for any free ones.",
        cause,
      });
    }
  };

  const tls = await simulator.createCertificate();
  const caFile = join(directory, "ca.pem");
  await writeFile(caFile, tls.ca);
  const feed = await start(simulator.startFeed(options));
  const hec = await start(simulator.startHec({ token: hecToken, port: port(1) }));
  const opencti = await start(simulator.startOpencti({ token: openctiToken, port: port(2) }));
  const identity = await start(simulator.startManagedIdentity({ port: port(3) }));
  const logs = await start(
    simulator.startLogsIngestion({
      tls,
      ruleId,
      port: port(4),
      streams: { "Custom-SOCDefendersIndicators_CL": Object.keys(columns) },
      audienceOf: (token) => identity.audienceOf(token),
    }),
  );
  const store = await start(
    simulator.startThreatIntelligence({
      tls,
      port: port(5),
      workspaceIds: [workspaceId],
      audienceOf: (token) => identity.audienceOf(token),
    }),
  );

  return {
    configuration: `feed:
  endpoint: ${feed.endpoint}
  api_key: ${simulator.simulatedKeys.pro}
${authentication(options.accepts ?? "all")}  collections: [${allIndicators[options.collections ?? "vendor"]}]
  start: "1970-01-01T00:00:00Z"
state_directory: ${join(directory, "state")}
splunk:
  endpoint: ${hec.url}
  token: ${hecToken}
sentinel:
  destinations: [logs, threat-intelligence]
  endpoint: ${logs.url}
  rule_id: ${ruleId}
  threat_intelligence_endpoint: ${store.url}
  workspace_id: ${workspaceId}
  ca_file: ${caFile}
opencti:
  url: ${opencti.url}
  token: ${openctiToken}
  connector_id: 1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d
  queue_protocol: api
  import_expired: true
`,
    // Everything is on this machine: a proxy of the environment must not be asked.
    environment: { ...identity.environment, NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost" },
    received: () => ({
      splunk: new Set(hec.events().map(({ event }) => (event as { indicator_id: string }).indicator_id)).size,
      sentinel: logs.received().indicators,
      "sentinel-ti": store.received().indicators,
      opencti: opencti.received().indicators.size + opencti.received().vulnerabilities.size,
    }),
    close,
  };
}
