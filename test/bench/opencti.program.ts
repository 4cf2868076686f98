// Feed pages to confirmed messages, against publishing the very same messages. Parameters: the platform's URL, the broker's port, the
// pages (each a line of JSON).
import { readFileSync } from "node:fs";
import { connect, type ConfirmChannel } from "amqplib";
import { map, openTarget, parseConfig, type OpenctiBundle } from "@socdefenders/opencti";
import { parseStixObject, silentLogger, userAgent } from "@socdefenders/shared";
import { benchConnectorId, benchToken } from "./opencti-account.ts";
import { printComparison } from "./rounds.ts";

const [url = "", port = "", file = ""] = process.argv.slice(2);
const rounds = 7;
const pages = readFileSync(file, "utf8").split("\n").filter(Boolean);
const config = parseConfig({ url, token: benchToken, connector_id: benchConnectorId }, "opencti");
const { sink } = openTarget(config, { log: silentLogger, userAgent });
const connection = await connect(`amqp://127.0.0.1:${port}`);
const channel = await connection.createConfirmChannel({ highWaterMark: 128 });
const messagesByPage: Buffer[][] = [];
for (const page of pages) {
  await deliver([page]);
  messagesByPage.push(await takeAll(channel));
}
await printComparison(rounds, publishAll, () => deliver(pages));
await connection.close();
await sink.close();

async function deliver(served: readonly string[]): Promise<number> {
  const { signal } = new AbortController();
  let objects = 0;
  for (const page of served) {
    const items = toItems(page);
    const refused = await sink.write(items, signal);
    if (refused.length > 0) throw new Error(`${refused.length} objects refused: ${refused[0]?.reason}`);
    objects += new Set(items.flatMap((item) => item.objects.map(({ id }) => id))).size;
  }
  return objects;
}

function toItems(page: string): readonly OpenctiBundle[] {
  const { objects } = JSON.parse(page) as { objects: readonly unknown[] };
  return objects.flatMap((content) => {
    const parsed = parseStixObject(content);
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : undefined;
    return mapped?.kind === "items" ? mapped.items : [];
  });
}

async function takeAll(from: ConfirmChannel): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for (;;) {
    const message = await from.get(`push_${benchConnectorId}`, { noAck: true });
    if (message === false) return bodies;
    bodies.push(message.content);
  }
}

/** Nothing but amqplib, which waits for the confirmations of each page as the connector does. */
async function publishAll(): Promise<number> {
  const options = { persistent: true, mandatory: true, contentEncoding: "utf-8" };
  for (const messages of messagesByPage) {
    for (const body of messages) {
      const hasRoom = channel.publish("amqp.worker.exchange", `push_routing_${benchConnectorId}`, body, options);
      if (!hasRoom) await new Promise((resolve) => channel.once("drain", resolve));
    }
    await channel.waitForConfirms();
  }
  return messagesByPage.reduce((sum, { length }) => sum + length, 0);
}
