import { setTimeout as wait } from "node:timers/promises";
import { backOffMs, createSecret, TargetError, type RetryPolicy } from "@socdefenders/shared";
import type { ChannelModel, ConfirmChannel } from "amqplib";
import type { BrokerOverrides } from "../config.ts";
import type { BrokerConnection, Registration } from "./documents.ts";
import { toMessages } from "./message.ts";
import type { Transport } from "./transport.ts";

// The platform's own client beats as often.
const heartbeatSeconds = 10;
const confirmTimeoutMs = 60_000;

/**
 * Publishes one message an object to the exchange and routing key that registration named; nothing is declared here, the queues are
 * the platform's. Messages are persistent and mandatory: the broker confirms them stored in a queue, or they count as failed.
 */
export function createAmqpTransport(registration: Registration, overrides: BrokerOverrides, retryPolicy: RetryPolicy): Transport {
  const { push_exchange: exchange, push_routing: routingKey } = registration.config;
  const broker = { ...registration.config.connection, ...given(overrides) };
  const where = `broker ${broker.host}:${broker.port}, exchange ${exchange}`;
  let opened: Promise<Link> | undefined;

  async function close(): Promise<void> {
    const link = opened;
    opened = undefined;
    // A connection that failed is closed already.
    await link?.then(({ connection }) => connection.close()).catch(() => undefined);
  }

  async function publish(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const link = await (opened ??= connect(broker, overrides.ca));
    for (const message of messages) {
      link.channel.publish(exchange, routingKey, message, {
        persistent: true,
        mandatory: true,
        contentEncoding: "utf-8",
        contentType: "application/json",
      });
    }
    await Promise.race([link.channel.waitForConfirms(), link.failed, expiry(signal)]);
    if (link.returned() > 0) throw new Error(`${link.returned()} messages came back: no queue is bound to ${routingKey}`);
  }

  /** A broker that restarts is given time; what it says no to is not asked again. */
  async function publishWithRetry(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await publish(messages, signal);
      } catch (cause) {
        await close();
        signal.throwIfAborted();
        const advice = adviceOnRefusal(cause);
        if (advice === undefined && attempt < retryPolicy.attempts) {
          await wait(backOffMs(retryPolicy, attempt), undefined, { signal });
          continue;
        }
        throw new TargetError(`${where}: ${(cause as Error).message}`, { remedy: advice ?? outOfReach, cause });
      }
    }
  }

  return {
    async send(delivery, signal) {
      const messages = toMessages(delivery, registration.connector_user_id);
      await delivery.work.expect(messages.length, signal);
      await publishWithRetry(messages, signal);
    },
    close,
  };
}

interface Link {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Messages that no queue took; the broker confirms them all the same. */
  returned(): number;
  /** Rejects when the broker closes the channel or the connection. */
  readonly failed: Promise<never>;
}

async function connect(broker: BrokerConnection, ca: string | undefined): Promise<Link> {
  const { connect: open } = await import("amqplib");
  const { host, port, vhost, user, pass, use_ssl } = broker;
  // From here on no log line shows it.
  createSecret(pass);
  const connection = await open(
    {
      protocol: use_ssl ? "amqps" : "amqp",
      hostname: host,
      port,
      vhost,
      username: user,
      password: pass,
      heartbeat: heartbeatSeconds,
    },
    { servername: host, timeout: 10_000, ...(ca !== undefined && { ca: [ca] }) },
  );
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  connection.on("error", failed.reject);
  connection.on("close", () => failed.reject(new Error("the broker closed the connection")));
  const channel = await connection.createConfirmChannel();
  let returned = 0;
  channel.on("return", () => (returned += 1));
  channel.on("error", failed.reject);
  return { connection, channel, returned: () => returned, failed: failed.promise };
}

function given({ host, port, vhost, useTls, user, password }: BrokerOverrides): Partial<BrokerConnection> {
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(vhost !== undefined && { vhost }),
    ...(useTls !== undefined && { use_ssl: useTls }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password.reveal() }),
  };
}

function expiry(signal: AbortSignal): Promise<never> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(confirmTimeoutMs)]);
  return new Promise((_, reject) => {
    timeout.addEventListener("abort", () => reject(new Error("the messages were not confirmed in time")), { once: true });
  });
}

const outOfReach =
  "Check that the connector reaches RabbitMQ (opencti.mq), or set opencti.queue_protocol: api. The page is sent again by the next run.";

/** What to do about an answer that will be the same next time; undefined for trouble that may pass. */
function adviceOnRefusal(cause: unknown): string | undefined {
  const text = String(cause);
  if (/ACCESS.REFUSED/.test(text)) return "Check opencti.mq.user and opencti.mq.pass, or the platform's own settings of RabbitMQ.";
  if (/no queue is bound|NOT.FOUND/.test(text))
    return "Restart the connector: registering makes the platform set up its queues again.";
  if (/PRECONDITION.FAILED/.test(text)) return "Raise RabbitMQ's max_message_size: a single object is larger than it takes.";
  return undefined;
}
