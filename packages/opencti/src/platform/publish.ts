import { untilAborted } from "@socdefenders/shared";
import type { Link } from "./broker.ts";
import type { Message } from "./message.ts";

export interface Destination {
  readonly exchange: string;
  readonly routingKey: string;
  /** Larger messages are not published. */
  readonly maximumBytes: number;
  /** How long a broker may block its publishers before that counts as a failure. */
  readonly patienceMs: number;
}

// Confirmations of persistent messages come within a second or so.
const confirmTimeoutMs = 60_000;
const lookEveryMs = 500;

/**
 * Publishes the messages in order, no faster than the socket takes them. Each leaves `waiting` as soon as the broker has confirmed it;
 * once all have but the too large ones, it resolves. Throws when the connection fails, when the broker is silent, blocks for too long or
 * finds no queue, and the signal's reason on abort.
 */
export async function publish(
  opening: Promise<Link>,
  waiting: Set<Message>,
  destination: Destination,
  signal: AbortSignal,
): Promise<void> {
  const link = await untilAborted(opening, signal);
  const silence = untilSilent(link, destination.patienceMs);
  try {
    await untilAborted(Promise.race([publishAll(link, waiting, destination), link.failed, silence.promise]), signal);
  } finally {
    silence.stop();
  }
}

async function publishAll({ channel, returned }: Link, waiting: Set<Message>, destination: Destination): Promise<void> {
  const { exchange, routingKey, maximumBytes } = destination;
  let refused = 0;
  // A copy: confirmations take messages out while others are being published.
  for (const message of Array.from(waiting)) {
    const body = message.encode();
    if (body.length > maximumBytes) continue;
    // One that came back did so before it was confirmed.
    const onConfirm = (error: unknown): void => {
      if (error !== null) refused += 1;
      else if (!returned.has(message.id)) waiting.delete(message);
    };
    const hasRoom = channel.publish(exchange, routingKey, body, { ...publishOptions, messageId: message.id }, onConfirm);
    if (!hasRoom) await new Promise<void>((resolve) => channel.once("drain", resolve));
  }
  await channel.waitForConfirms();
  // It only knows of what was open when it was called.
  if (refused > 0) throw new Error(`${refused} messages were refused: is the queue full?`);
  if (returned.size > 0) throw new Error(`${returned.size} messages came back: no queue is bound to ${routingKey}`);
}

const publishOptions = { persistent: true, mandatory: true, contentEncoding: "utf-8", contentType: "application/json" } as const;

interface Guard {
  /** Never resolves. */
  readonly promise: Promise<never>;
  stop(): void;
}

function untilSilent(link: Link, patienceMs: number): Guard {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const started = performance.now();
  const look = (): void => {
    const [now, blockedSince] = [performance.now(), link.blockedSince()];
    if (blockedSince !== undefined) {
      if (now - blockedSince > patienceMs)
        reject(new Error(`the broker blocks its publishers for ${Math.round(patienceMs / 1000)} s`));
    } else if (now - Math.max(started, link.aliveAt()) > confirmTimeoutMs)
      reject(new Error("the messages were not confirmed in time"));
  };
  const timer = setInterval(look, lookEveryMs).unref();
  return { promise, stop: () => clearInterval(timer) };
}
