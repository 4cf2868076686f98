import { join } from "node:path";
import { silentLogger, userAgent, type Sink } from "@socdefenders/shared";
import { createSink, parseConfig, type SentinelRow } from "@socdefenders/sentinel";
import { startManagedIdentity } from "@socdefenders/simulator";

/** Sinks before the Logs Ingestion API at `endpoint`, with a managed identity as a function app has it. */
export async function openLogsSink(
  endpoint: string,
  folder: string,
): Promise<{ openSink: () => Sink<SentinelRow>; close: () => Promise<void> }> {
  const identity = await startManagedIdentity();
  Object.assign(process.env, identity.environment);
  const { logs } = parseConfig({ endpoint, rule_id: "dcr-0123", ca_file: join(folder, "ca.pem") }, "sentinel");
  if (logs === undefined) throw new Error("logs is the default destination");
  return { openSink: () => createSink(logs, { log: silentLogger, userAgent }), close: () => identity.close() };
}
