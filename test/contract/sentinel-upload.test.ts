import { silentLogger, type HttpClient, type Sink } from "@socdefenders/shared";
import {
  createThreatIntelligenceSink,
  parseConfig,
  type ThreatIntelligenceObject,
  type ThreatIntelligenceSinkOptions,
} from "@socdefenders/sentinel";
import { startThreatIntelligence, type UploadFault } from "@socdefenders/simulator";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createVirtualClock, createVirtualHttp, type VirtualClock } from "./virtual-clock.ts";

const signal = new AbortController().signal;
const credential = { getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const workspace = "11111111-2222-4333-8444-555555555555";
const time = "2026-05-16T08:00:00.000Z";
const end = "2026-06-15T08:00:00.000Z";

function open(endpoint: string, options: ThreatIntelligenceSinkOptions, workspaceId = workspace): Sink<ThreatIntelligenceObject> {
  const section = { destinations: ["threat-intelligence"], threat_intelligence_endpoint: endpoint, workspace_id: workspaceId };
  const { threatIntelligence } = parseConfig(section, "sentinel");
  return createThreatIntelligenceSink(threatIntelligence!, { log: silentLogger, userAgent: "test" }, { credential, ...options });
}

function objects(from: number, count: number): ThreatIntelligenceObject[] {
  return Array.from({ length: count }, (_, place) => ({
    type: "indicator",
    id: `indicator--00000000-0000-4000-8000-${String(from + place).padStart(12, "0")}`,
    created: time,
    modified: time,
    pattern: "[ipv4-addr:value = '198.51.100.3']",
    pattern_type: "stix",
    valid_from: time,
    valid_until: end,
  }));
}

/** The same numbers in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** A server that answers 429 to the 101st request of any 60 seconds, half-way between question and answer, and counts objects. */
function createReceiver(clock: VirtualClock): {
  readonly http: HttpClient;
  readonly seen: { objects: number; throttled: number; requests: number };
} {
  const arrivals: number[] = [];
  const seen = { objects: 0, throttled: 0, requests: 0 };
  const random = createRandom(7);
  const http = createVirtualHttp(
    clock,
    silentLogger,
    ({ body }) => {
      seen.requests += 1;
      const before = arrivals.at(-100);
      if (before !== undefined && clock.now() - before < 60_000) {
        seen.throttled += 1;
        return { status: 429, body: '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 5 seconds."}' };
      }
      arrivals.push(clock.now());
      seen.objects += String(body).split('"id":').length - 1;
      return { status: 200 };
    },
    () => 50 + random() * 450,
  );
  return { http, seen };
}

test("1,000,000 objects go at the published limit: 9,900 a minute and more, and not one 429", { timeout: 120_000 }, async () => {
  const clock = createVirtualClock();
  const { http, seen } = createReceiver(clock);
  const sink = open("https://upload.example", { clock, http });
  const started = clock.now();
  for (let page = 0; page < 1000; page += 1) expect(await sink.write(objects(page * 1000, 1000), signal)).toEqual([]);
  const minutes = (clock.now() - started) / 60_000;
  expect(seen).toEqual({ objects: 1_000_000, throttled: 0, requests: 10_000 });
  // The first hundred requests go at once; what is sustained is the rest.
  expect(990_000 / minutes).toBeGreaterThanOrEqual(9900);
  // As many as the limit lets through, and no more.
  expect(1_000_000 / minutes).toBeLessThanOrEqual(10_101);
});

test("several workspaces of one identity share the limit", async () => {
  const clock = createVirtualClock();
  const { http, seen } = createReceiver(clock);
  const workspaces = ["11111111", "22222222", "33333333"].map((start) => `${start}-2222-4333-8444-555555555555`);
  const sinks = workspaces.map((id) => open("https://shared.example", { clock, http }, id));
  await Promise.all(sinks.map((sink) => sink.write(objects(0, 10_000), signal)));
  expect(seen).toEqual({ objects: 30_000, throttled: 0, requests: 300 });
});

test("another program with the same identity takes its share: 429 answers are waited for and nothing is lost", async () => {
  const clock = createVirtualClock();
  const { http, seen } = createReceiver(clock);
  const other = open("https://throttled.example", { clock, http });
  // An origin of its own has a pace of its own, as another process has.
  const sink = open("https://elsewhere.example", { clock, http });
  await Promise.all([other.write(objects(0, 15_000), signal), sink.write(objects(15_000, 15_000), signal)]);
  expect(seen.objects).toBe(30_000);
  expect(seen.throttled).toBeGreaterThan(0);
});

test("for any objects the service finds fault with: delivered and refused are all, and none is both", async () => {
  const faulty = new Set<string>();
  let sent: string[] = [];
  const server = await startThreatIntelligence({
    workspaceIds: [workspace],
    audienceOf: () => "https://management.azure.com",
    requestsPerMinute: Infinity,
    intercept: (_, batch) => {
      sent.push(...batch.map(({ id }) => String(id)));
      return { refuse: batch.flatMap(({ id }, place) => (faulty.has(String(id)) ? [place] : [])) };
    },
  });
  onTestFinished(() => server.close());
  const clock = createVirtualClock();
  const sink = open(server.url, { clock });
  onTestFinished(() => sink.close());
  const property = fc.asyncProperty(
    fc.uniqueArray(fc.nat(249), { maxLength: 250 }),
    fc.integer({ min: 1, max: 250 }),
    async (places, count) => {
      const items = objects(0, count);
      faulty.clear();
      for (const place of places) if (items[place] !== undefined) faulty.add(items[place].id);
      sent = [];
      const before = server.stored().length;
      const refused = (await sink.write(items, signal)).map(({ item }) => item.id);
      const delivered = server.stored().slice(before);
      expect(refused.toSorted()).toEqual([...faulty].toSorted());
      expect([...delivered, ...refused].toSorted()).toEqual(items.map(({ id }) => id));
      expect(sent.toSorted()).toEqual(items.map(({ id }) => id));
    },
  );
  await fc.assert(property, { numRuns: 50 });
});

test(
  "one request in twenty meets a 429, a 500, errors or a cut connection: zero lost, zero twice but where the answer was lost",
  { timeout: 60_000 },
  async () => {
    const clock = createVirtualClock();
    const random = createRandom(11);
    const unanswered = new Set<string>();
    const faults = { throttled: 0, failed: 0, refused: 0, reset: 0, lost: 0 };
    const server = await startThreatIntelligence({
      workspaceIds: [workspace],
      audienceOf: () => "https://management.azure.com",
      now: () => clock.now(),
      intercept(_, batch): UploadFault | undefined {
        if (random() >= 0.05) return undefined;
        const kind = Math.floor(random() * 5);
        if (kind === 0) {
          faults.throttled += 1;
          return { status: 429, body: '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 3 seconds."}' };
        }
        if (kind === 1) {
          faults.failed += 1;
          return { status: 500 };
        }
        if (kind === 2) {
          faults.refused += 1;
          return { refuse: [Math.floor(random() * batch.length)] };
        }
        if (kind === 3) {
          faults.reset += 1;
          return "reset";
        }
        faults.lost += 1;
        for (const { id } of batch) unanswered.add(String(id));
        return "reset-after-storing";
      },
    });
    onTestFinished(() => server.close());
    const sink = open(server.url, { clock });
    onTestFinished(() => sink.close());
    const refused: string[] = [];
    for (let page = 0; page < 40; page += 1)
      refused.push(...(await sink.write(objects(page * 1000, 1000), signal)).map(({ item }) => item.id));

    expect(Math.min(...Object.values(faults))).toBeGreaterThan(0);
    const held = server.objects().map(({ id }) => String(id));
    const all = objects(0, 40_000).map(({ id }) => id);
    // An object whose first answer was lost may be refused the second time, and is then in the store and in the dead letters.
    expect([...new Set([...held, ...refused])].toSorted()).toEqual(all);
    expect(held.filter((id) => refused.includes(id) && !unanswered.has(id))).toEqual([]);
    expect(held.length).toBe(new Set(held).size);
    const times = Map.groupBy(server.stored(), (id) => id);
    expect([...times].filter(([id, { length }]) => length > 1 && !unanswered.has(id))).toEqual([]);
    expect(server.received().throttled).toBe(0);
  },
);
