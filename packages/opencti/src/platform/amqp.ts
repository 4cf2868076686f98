import { setTimeout as wait } from "node:timers/promises";
import { backOffMs, TargetError, type Logger, type RetryPolicy } from "@socdefenders/shared";
import type { BrokerOverrides } from "../config.ts";
import { brokerOf, openLink, type Link } from "./broker.ts";
import { adviceOn, sizeLimitIn } from "./broker-answer.ts";
import type { Registration } from "./documents.ts";
import { toMessages, type Message } from "./message.ts";
import { publish } from "./publish.ts";
import { split } from "./split.ts";
import type { Transport } from "./transport.ts";

export interface AmqpContext {
  readonly log: Logger;
  readonly retryPolicy?: RetryPolicy | undefined;
}

// A broker needs up to a minute to start again.
const brokerRetryPolicy: RetryPolicy = { attempts: 8, baseMs: 1000, maximumMs: 30_000, repeatUnknown: true };

// An alarm of the broker is somebody's work to end; for that long a page waits.
const blockedPatienceMs = 15 * 60_000;

/**
 * Publishes one message an object to the exchange and routing key that registration named. Messages are persistent and mandatory: the
 * broker confirms them stored in a queue, or they count as not delivered. What was not confirmed when a connection broke is published
 * again, announced only once: the platform may import an object twice, which changes nothing, but never waits for one that does not come.
 */
export function createAmqpTransport(registration: Registration, overrides: BrokerOverrides, context: AmqpContext): Transport {
  const { log, retryPolicy = brokerRetryPolicy } = context;
  const { push_exchange: exchange, push_routing: routingKey } = registration.config;
  const broker = brokerOf(registration.config.connection, overrides);
  const where = `broker ${broker.host}:${broker.port}, exchange ${exchange}`;
  let opened: Promise<Link> | undefined;
  let maximumBytes = Number.POSITIVE_INFINITY;
  // Since the last page that was confirmed.
  let wasAway = false;

  function link(): Promise<Link> {
    if (opened !== undefined) return opened;
    const opening = openLink(broker, overrides, log);
    opened = opening;
    // A connection lost between two pages is noticed here, and the next page opens another one.
    opening
      .then(({ failed }) => failed)
      .catch((cause: unknown) => {
        wasAway ||= opened === opening && !adviceOn(cause).isFinal;
        return leave(opening);
      });
    return opening;
  }

  async function leave(last: Promise<Link> | undefined): Promise<void> {
    if (opened === last) opened = undefined;
    // One that was never opened needs no closing.
    await last?.then((left) => left.close()).catch(() => undefined);
  }

  /**
   * Takes out of `waiting` what the broker confirmed. A broker that restarts is given time, also for finding its queues again; what it says
   * no to otherwise is not asked again.
   */
  async function publishAll(waiting: Set<Message>, signal: AbortSignal): Promise<void> {
    const patienceMs = retryPolicy.patienceMs ?? blockedPatienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const before = waiting.size;
      try {
        await publish(link(), waiting, { exchange, routingKey, maximumBytes, patienceMs }, signal);
        wasAway = false;
        return;
      } catch (cause) {
        await leave(opened);
        signal.throwIfAborted();
        if (learnsLimit(cause)) continue;
        // Whoever takes messages at all is not given up.
        if (waiting.size < before) attempt = 1;
        const { text: remedy, isFinal } = adviceOn(cause);
        const message = `${where}: ${(cause as Error).message}`;
        wasAway ||= !isFinal;
        if (!wasAway || attempt >= retryPolicy.attempts) throw new TargetError(message, { remedy, cause });
        const pauseMs = Math.round(backOffMs(retryPolicy, attempt));
        const context = { attempt, unconfirmed: waiting.size, pause_ms: pauseMs };
        log.warn("broker_retry", `${message}; ${waiting.size} messages are not confirmed, trying again`, context);
        await wait(pauseMs, undefined, { signal });
      }
    }
  }

  function learnsLimit(cause: unknown): boolean {
    const limit = sizeLimitIn(cause);
    if (limit === undefined || limit >= maximumBytes) return false;
    maximumBytes = limit;
    log.warn("message_too_large", `${where} takes messages of at most ${limit} bytes; larger objects are refused`);
    return true;
  }

  return {
    async send({ id, objects, work }, signal) {
      const { parts, dropped } = split(objects);
      const messages = toMessages(parts, { bundleId: id, workId: work.id, applicant: registration.connector_user_id });
      if (messages.length === 0) return dropped;
      await work.expect(messages.length, signal);
      const waiting = new Set(messages);
      try {
        await publishAll(waiting, signal);
      } finally {
        // Announced, and not coming: too large, or not confirmed in the end.
        work.withdraw(waiting.size);
      }
      const reason = `larger than the ${maximumBytes} bytes that a message to RabbitMQ may have`;
      return [...dropped, ...[...waiting].map((message) => ({ id: message.id, reason }))];
    },
    close: () => leave(opened),
  };
}
