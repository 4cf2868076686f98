import { parseStixObject, silentLogger } from "@socdefenders/shared";
import { listen, startHec, type HecEvent, type HecOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { parseConfig } from "./config.ts";
import { map, type SplunkEvent } from "./mapping.ts";
import { createSink } from "./sink.ts";

const token = "sink-test-token";
const signal = new AbortController().signal;
const quick = { retryPolicy: { attempts: 3, baseMs: 1, maximumMs: 1, repeatUnknown: true }, pollMs: 1 };

const idOf = (number: number): string => `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const event = (number: number, more: Record<string, unknown> = {}): SplunkEvent => {
  const time = "2026-05-01T00:00:00.250Z";
  const indicator = {
    type: "indicator",
    id: idOf(number),
    pattern: `[domain-name:value = 'h${number}.example']`,
    created: time,
    modified: time,
    valid_from: time,
    ...more,
  };
  const parsed = parseStixObject(indicator);
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const mapped = map(parsed.object, { collection: "all" });
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  return mapped.items[0]!;
};
const events = (count: number): SplunkEvent[] => Array.from({ length: count }, (_, index) => event(index));

async function setting(options: Partial<HecOptions> = {}, config: Record<string, unknown> = {}) {
  const hec = await startHec({ token, ...options });
  onTestFinished(() => hec.close());
  const sink = createSink(
    parseConfig({ endpoint: hec.url, token, ...config }, "splunk"),
    { log: silentLogger, userAgent: "test" },
    quick,
  );
  onTestFinished(() => sink.close());
  const ids = (): string[] => hec.events().map((stored) => (stored.event as SplunkEvent).indicator_id);
  return { hec, sink, ids };
}

test("an event carries the feed's time, its source and the whole record", async () => {
  const { hec, sink } = await setting({}, { index: "threats" });
  expect(await sink.write([event(1)], signal)).toEqual([]);
  expect(hec.events()).toEqual([
    {
      time: 1777593600.25,
      source: "socdefenders:all",
      sourcetype: "socdefenders:indicator",
      index: "threats",
      event: JSON.parse(JSON.stringify(event(1))),
      fields: { indicator_id: idOf(1), ioc_type: "domain", ioc_value: "h1.example", revoked: "false" },
    },
  ]);
});

test("batches stay under their size, and every event arrives", async () => {
  let largest = 0;
  let batches = 0;
  const intercept = (batch: number, content: readonly HecEvent[]): undefined => {
    batches = batch;
    largest = Math.max(largest, Buffer.byteLength(content.map((one) => JSON.stringify(one)).join("\n")));
  };
  const { sink, ids } = await setting({ intercept }, { batch_bytes: 4000 });
  await sink.write(events(100), signal);
  expect(ids()).toHaveLength(100);
  expect(batches).toBeGreaterThan(5);
  expect(largest).toBeLessThanOrEqual(4000);
});

test("a connection that breaks every time is an error, with the address and without the token", async () => {
  const breaking = await listen((request) => request.socket.destroy());
  onTestFinished(() => breaking.close());
  const sink = createSink(
    parseConfig({ endpoint: breaking.url, token }, "splunk"),
    { log: silentLogger, userAgent: "test" },
    quick,
  );
  onTestFinished(() => sink.close());
  const failure = await sink.write(events(1), signal).catch((error: unknown) => error as Error);
  expect(failure).toMatchObject({
    name: "TargetError",
    message: expect.stringContaining(`POST ${breaking.url}/services/collector/event: the connection was`),
  });
  expect((failure as Error).message).not.toContain(token);
});

test("check proves address and token and stores nothing", async () => {
  const { hec, sink } = await setting();
  await sink.check(signal);
  expect(hec.events()).toEqual([]);
  const wrong = createSink(
    parseConfig({ endpoint: hec.url, token: "wrong-token" }, "splunk"),
    { log: silentLogger, userAgent: "test" },
    quick,
  );
  await expect(wrong.check(signal)).rejects.toThrow("code 4, Invalid token");
  await wrong.close();
});

test("stops at once when it is told to", async () => {
  const stop = new AbortController();
  const { sink } = await setting({
    intercept: () => (stop.abort(new Error("enough")), { status: 503, headers: { "retry-after": "60" }, body: "" }),
  });
  await expect(sink.write(events(1), stop.signal)).rejects.toThrow();
});
