import {
  ConfigurationError,
  defaultRetryPolicy,
  stixNamespace,
  uuidV5,
  type Logger,
  type RetryPolicy,
  type Sink,
  type StixObject,
} from "@socdefenders/shared";
import type { OpenctiConfig } from "./config.ts";
import type { OpenctiBundle } from "./mapping.ts";
import { mergePage } from "./mapping/page.ts";
import { createAmqpTransport } from "./platform/amqp.ts";
import { readAccount } from "./platform/documents.ts";
import type { Graphql } from "./platform/graphql.ts";
import type { Session } from "./platform/session.ts";
import { createApiTransport, type Transport } from "./platform/transport.ts";
import { openWork, type Work } from "./platform/work.ts";

export interface SinkContext {
  readonly log: Logger;
  readonly graphql: Graphql;
  readonly session: Session;
  readonly retryPolicy?: RetryPolicy | undefined;
}

// A closing run has five seconds in all.
const closeTimeoutMs = 3000;

/**
 * Gives each page to the platform's workers as one merged bundle, under one work a run that is opened with the first page and always
 * closed, with the error where there was one. The workers import what was confirmed here on their own time.
 */
export function createSink(
  config: OpenctiConfig,
  { log, graphql, session, retryPolicy = defaultRetryPolicy }: SinkContext,
): Sink<OpenctiBundle> {
  let transport: Transport | undefined;
  let work: Work | undefined;
  let delivered = 0;

  async function openTransport(signal: AbortSignal): Promise<Transport> {
    const registration = await session.open(signal);
    return config.queueProtocol === "api"
      ? createApiTransport(graphql, config.connectorId)
      : createAmqpTransport(registration, config.broker, retryPolicy);
  }

  return {
    async check(signal) {
      const { me } = await graphql.call(readAccount, {}, signal);
      if (me.capabilities.some(({ name }) => name === "CONNECTORAPI" || name === "BYPASS")) return;
      throw new ConfigurationError(`opencti.token: its user ${me.name} may not register connectors`, {
        remedy: "Give the user the role Connector (capability CONNECTORAPI), best a user of the connector's own.",
      });
    },
    async write(items, signal) {
      transport ??= await openTransport(signal);
      work ??= await openWork(graphql, config.connectorId, `${config.connectorName} run @ ${new Date().toISOString()}`, signal);
      const objects = mergePage(items);
      await transport.send({ id: bundleId(objects), objects, work }, signal);
      delivered += items.length;
      return [];
    },
    async close(failure) {
      try {
        await work?.finish(`${delivered} objects sent`, failure, AbortSignal.timeout(closeTimeoutMs));
      } catch (error) {
        log.warn("work_open", `the work ${work?.id ?? ""} could not be closed, the next run does it: ${(error as Error).message}`);
      }
      await transport?.close();
      [transport, work, delivered] = [undefined, undefined, 0];
    },
  };
}

function bundleId(objects: readonly StixObject[]): string {
  return `bundle--${uuidV5(objects.map(({ id }) => id).join(), stixNamespace)}`;
}
