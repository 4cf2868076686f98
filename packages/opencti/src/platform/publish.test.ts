import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { Link } from "./broker.ts";
import type { Message } from "./message.ts";
import { publish } from "./publish.ts";

type Confirm = (error: Error | null) => void;

/** A broker that answers each message before the next one is published, as one does that is faster than the page. */
function startLink(answer: (id: string) => Error | null): Link {
  const channel = Object.assign(new EventEmitter(), {
    publish(_: string, __: string, ___: Buffer, { messageId }: { messageId: string }, onConfirm: Confirm) {
      onConfirm(answer(messageId));
      return true;
    },
    waitForConfirms: () => Promise.resolve(),
  });
  return {
    channel,
    returned: new Set(),
    blockedSince: () => undefined,
    aliveAt: () => performance.now(),
    failed: new Promise<never>(() => undefined),
    close: () => Promise.resolve(),
  } as unknown as Link;
}

test("a message that the broker refuses in the middle of a page fails it, and is still to be published", async () => {
  const messages: readonly Message[] = ["1", "2", "3"].map((id) => ({ id, encode: () => Buffer.from(id) }));
  const waiting = new Set(messages);
  const link = Promise.resolve(startLink((id) => (id === "2" ? new Error("message nacked") : null)));
  const destination = { exchange: "exchange", routingKey: "key", maximumBytes: 100, patienceMs: 1000 };
  await expect(publish(link, waiting, destination, new AbortController().signal)).rejects.toThrow("1 messages were refused");
  expect([...waiting]).toEqual([messages[1]]);
});
