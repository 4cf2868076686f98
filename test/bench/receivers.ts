import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCertificate } from "@socdefenders/simulator";
import { benchConnectorId } from "./opencti-account.ts";
import { startPlatform } from "./opencti-setting.ts";
import { startProgram, startServer } from "./program.ts";

/** Where the programs find what they need, for their environment. */
export interface Running {
  readonly settings: Readonly<Record<string, string>>;
  close(): void | Promise<void>;
}

/** The page server and the receivers of Splunk and Sentinel, a process each; `folder` takes key and certificate of one of them. */
export async function startReceivers(folder: string): Promise<Running> {
  const certificate = await createCertificate();
  for (const name of ["ca", "key", "cert"] as const) writeFileSync(join(folder, `${name}.pem`), certificate[name]);
  const [pages, hec, azure] = await Promise.all([
    startServer("page-server"),
    startServer("hec-drain"),
    startProgram("azure", folder),
  ]);
  return {
    settings: {
      ...(JSON.parse(azure.line) as Record<string, string>),
      BENCH_FOLDER: folder,
      BENCH_PAGES: pages.origin,
      BENCH_HEC: hec.origin,
    },
    close: () => [pages, hec, azure].forEach((program) => program.close()),
  };
}

/** OpenCTI with a real RabbitMQ that stores as RabbitMQ 4 does. Throws where it is missing. */
export async function startBroker(): Promise<Running> {
  const platform = await startPlatform();
  const { url, rabbitmq } = platform;
  // A million messages would need more disk than a test may take: the queue keeps the newest.
  await rabbitmq.control("set_policy", "bench", "^push_", '{"queue-version":2,"max-length":5000}');
  return {
    settings: { BENCH_OPENCTI: url, BENCH_CONNECTOR_ID: benchConnectorId, BENCH_BROKER: String(rabbitmq.port) },
    close: () => platform.close(),
  };
}
