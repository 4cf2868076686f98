import { ConfigurationError, TargetError, type Finding, type Logger, type Look } from "@socdefenders/shared";
import type { OpenctiConfig } from "../config.ts";
import { brokerOf, openLink } from "./broker.ts";
import { adviceOn } from "./broker-answer.ts";
import { readAccount, readBroker, readQueue, type Account } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import { featuresOf } from "./version.ts";

export interface ExaminationContext {
  readonly graphql: Graphql;
  readonly log: Logger;
  readonly look: Look;
  readonly signal: AbortSignal;
}

/**
 * Looks at the platform without registering, which would store a connector there: so the broker's address and account are known only of
 * one that was registered before. Throws TargetError and ConfigurationError.
 */
export async function examinePlatform(config: OpenctiConfig, context: ExaminationContext): Promise<void> {
  const { graphql, look, signal } = context;
  let account: Account | undefined;
  await look("version", async () => {
    account = await graphql.call(readAccount, {}, signal);
    return readPlatformVersion(account);
  });
  if (account !== undefined) await look("rights", async () => readRights(account as Account));
  if (!config.sendsToQueue) return;
  await look("queue", () => examineQueue(config, context));
  if (config.queueProtocol === "amqp") await look("broker", () => examineBroker(config, context));
}

function readPlatformVersion({ about }: Account): Finding {
  const { isSupported, version } = featuresOf(about.version);
  if (isSupported) return { message: `OpenCTI ${version}` };
  return { message: `OpenCTI ${version} is older than 6.8, what this connector was made for`, remedy: "Update the platform." };
}

function readRights({ me }: Account): Finding {
  const isAllowed = me.capabilities.some(({ name }) => name === "CONNECTORAPI" || name === "BYPASS");
  if (isAllowed) return { message: `the user ${me.name} may register connectors` };
  throw new ConfigurationError(`opencti.token: its user ${me.name} may not register connectors`, {
    remedy: "Give the user the role Connector (capability CONNECTORAPI), best a user of the connector's own.",
  });
}

async function examineQueue({ connectorId }: OpenctiConfig, { graphql, signal }: ExaminationContext): Promise<Finding> {
  const { connector } = await graphql.call(readQueue, { id: connectorId }, signal);
  if (connector === null) return { message: "the connector is not registered yet: the first run does it, and makes its queue" };
  const megabytes = connector.connector_queue_details.messages_size / 1_000_000;
  return { message: `${megabytes.toFixed(1)} MB wait for the platform's workers` };
}

async function examineBroker(config: OpenctiConfig, { graphql, log, signal }: ExaminationContext): Promise<Finding> {
  const { connector } = await graphql.call(readBroker, { id: config.connectorId }, signal);
  const connection = connector?.config?.connection;
  if (connection === undefined) {
    return {
      message: "the platform names its broker to registered connectors only: it is not tried",
      remedy: "Check again after the first run, or set opencti.queue_protocol: api, which needs no broker.",
    };
  }
  const broker = brokerOf(connection, config.broker);
  const where = `broker ${broker.host}:${broker.port}`;
  try {
    const link = await openLink(broker, config.broker, log);
    await link.close();
    return { message: `${where} lets the connector in` };
  } catch (cause) {
    throw new TargetError(`${where}: ${(cause as Error).message}`, { remedy: adviceOn(cause).text, cause });
  }
}
