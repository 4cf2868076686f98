import { createSecret, type Logger } from "@socdefenders/shared";
import type { ChannelModel, ConfirmChannel, Message } from "amqplib";
import type { BrokerOverrides } from "../config.ts";
import type { BrokerConnection } from "./documents.ts";

/** An open connection to the broker with a channel that confirms. */
export interface Link {
  readonly channel: ConfirmChannel;
  /** Ids of the messages that no queue took; the broker confirms them all the same. */
  readonly returned: ReadonlySet<string>;
  /** Since when the broker takes nothing on purpose (memory or disk alarm), in milliseconds of `performance.now()`. */
  blockedSince(): number | undefined;
  /** When it last confirmed something, opened or unblocked. */
  aliveAt(): number;
  /** Rejects when the broker closes the channel or the connection. */
  readonly failed: Promise<never>;
  /** Ends within two seconds whatever the broker does; never throws. */
  close(): Promise<void>;
}

// The platform's own client beats as often.
const heartbeatSeconds = 10;
const connectTimeoutMs = 10_000;
const closeTimeoutMs = 2000;
// Frames that wait in this process; a message has three, of 128 KiB at most.
const highWaterMark = 128;

/** What registration handed out, with the operator's replacements. */
export function brokerOf(connection: BrokerConnection, overrides: BrokerOverrides): BrokerConnection {
  const { host, port, vhost, useTls, user, password } = overrides;
  return {
    host: host ?? connection.host,
    port: port ?? connection.port,
    vhost: vhost ?? connection.vhost,
    use_ssl: useTls ?? connection.use_ssl,
    user: user ?? connection.user,
    pass: password?.reveal() ?? connection.pass,
  };
}

/** Connects; nothing is declared, the exchange and the queues are the platform's. Throws what the broker or the network says. */
export async function openLink(broker: BrokerConnection, overrides: BrokerOverrides, log: Logger): Promise<Link> {
  if (broker.use_ssl && !overrides.verifiesCertificate) {
    log.warn("certificate_unverified", "opencti.mq.reject_unauthorized is off: whoever answers for RabbitMQ gets the password");
  }
  const connection = await connect(broker, overrides);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  connection.on("error", failed.reject);
  connection.on("close", (error) => failed.reject(error ?? new Error("the broker closed the connection")));
  const channel = await connection.createConfirmChannel({ highWaterMark });
  channel.on("error", failed.reject);
  channel.on("close", () => failed.reject(new Error("the broker closed the channel")));

  const returned = new Set<string>();
  let aliveAt = performance.now();
  let blockedSince: number | undefined;
  channel.on("return", ({ properties }: Message) => returned.add(String(properties.messageId)));
  channel.on("ack", () => (aliveAt = performance.now()));
  connection.on("blocked", (reason) => {
    blockedSince = performance.now();
    log.warn("broker_blocked", `RabbitMQ takes no messages for now (${reason}); waiting until it does again`);
  });
  connection.on("unblocked", () => {
    [aliveAt, blockedSince] = [performance.now(), undefined];
    log.info("broker_unblocked", "RabbitMQ takes messages again");
  });
  return {
    channel,
    returned,
    blockedSince: () => blockedSince,
    aliveAt: () => aliveAt,
    failed: failed.promise,
    close: () => closeConnection(connection),
  };
}

async function connect(broker: BrokerConnection, tls: BrokerOverrides): Promise<ChannelModel> {
  const { connect: open } = await import("amqplib");
  const { host, port, vhost, user, pass, use_ssl } = broker;
  // From here on no log line shows it.
  createSecret(pass);
  const address = {
    protocol: use_ssl ? "amqps" : "amqp",
    hostname: host,
    port,
    // It is unescaped there.
    vhost: encodeURIComponent(vhost),
    username: user,
    password: pass,
    heartbeat: heartbeatSeconds,
  };
  return open(address, {
    timeout: connectTimeoutMs,
    ...(tls.ca !== undefined && { ca: [tls.ca] }),
    ...(tls.certificate !== undefined && { cert: tls.certificate }),
    ...(tls.key !== undefined && { key: tls.key.reveal() }),
    ...(tls.passphrase !== undefined && { passphrase: tls.passphrase.reveal() }),
    rejectUnauthorized: tls.verifiesCertificate,
  }).catch((cause: Error) => {
    // The library drops the broker's own words here (530 NOT_ALLOWED).
    if (!cause.message.includes("Expected ConnectionOpenOk")) throw cause;
    throw new Error(`NOT_ALLOWED: there is no virtual host ${vhost}, or ${user} may not use it`, { cause });
  });
}

/** A broker that does not answer the farewell is left without: its socket would hold the process. */
async function closeConnection(connection: ChannelModel): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, closeTimeoutMs);
  // A connection that failed is closed already, and says so.
  const closed = connection.close().catch(() => undefined);
  await Promise.race([closed, timer.promise]);
  clearTimeout(timeout);
  (connection.connection as unknown as { readonly stream: NodeJS.WritableStream & { destroy(): void } }).stream.destroy();
}
