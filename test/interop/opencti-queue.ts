import { setTimeout as wait } from "node:timers/promises";
import type { QueuedMessage, RunningRabbitmq } from "./rabbitmq.ts";

/** What the platform's worker reads of a message. */
export interface QueuedObject {
  readonly work: string;
  readonly sequence: number;
  readonly object: { readonly type: string; readonly id: string; readonly nb_deps: number; readonly [property: string]: unknown };
}

export function readMessage({ payload }: QueuedMessage): QueuedObject {
  const { content, work_id } = JSON.parse(payload) as { content: string; work_id: string };
  const bundle = JSON.parse(Buffer.from(content, "base64").toString("utf8")) as {
    x_opencti_seq: number;
    objects: readonly [QueuedObject["object"]];
  };
  return { work: work_id, sequence: bundle.x_opencti_seq, object: bundle.objects[0] };
}

/** Everything in the connector's queue, as much as it may be. */
export async function takeAll(rabbitmq: RunningRabbitmq, connectorId: string): Promise<readonly QueuedObject[]> {
  const taken: QueuedObject[] = [];
  for (;;) {
    const messages = await rabbitmq.take(connectorId);
    if (messages.length === 0) return taken;
    for (const message of messages) taken.push(readMessage(message));
  }
}

/** Resolves as soon as something is as it should be. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(20);
}
