import { createCircuit, createFeedSender, createRateLimiter, silentLogger } from "@socdefenders/shared";
import { createRate, type RateOptions } from "@socdefenders/simulator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createVirtualClock, createVirtualHttp, type VirtualClock } from "./virtual-clock.ts";

const dayMs = 24 * 3600_000;
const objectsUrl = new URL("https://feed.example/api/collections/all/objects/");

interface Simulation {
  readonly clock: VirtualClock;
  /** Requests of ours that were answered 429. */
  readonly refused: () => number;
  /** Pages read until that long after the start. */
  readonly walk: (kind: "live" | "backfill", lastsMs: number) => Promise<number>;
  /** One page of what is new. */
  readonly poll: () => Promise<unknown>;
}

interface Simulated extends RateOptions {
  readonly skewMs?: number;
  readonly latencyMs?: () => number;
  /** Requests another client makes with the same key before each of ours. */
  readonly others?: () => number;
  readonly limits?: { readonly perMinute?: number; readonly perDay?: number; readonly reserve?: number };
}

function simulate({ skewMs = 0, latencyMs, others, limits, ...rate }: Simulated = {}): Simulation {
  const clock = createVirtualClock();
  const server = createRate({ ...rate, now: () => clock.now() + skewMs });
  const http = createVirtualHttp(
    clock,
    silentLogger,
    () => {
      const foreign = others?.() ?? 0;
      for (let count = 0; count < foreign; count += 1) server.admit("key", true);
      const { isRefused, headers } = server.admit("key", true);
      if (isRefused) refused += 1;
      return { status: isRefused ? 429 : 200, headers };
    },
    latencyMs,
  );
  let refused = 0;
  const limiter = createRateLimiter({ perMinute: 1000, perDay: 1_000_000, ...limits, clock });
  const send = createFeedSender({ http, limiter, circuit: createCircuit(), clock });
  return {
    clock,
    refused: () => refused,
    poll: () => send({ method: "GET", url: objectsUrl }, { kind: "live" }),
    async walk(kind, lastsMs) {
      const end = clock.now() + lastsMs;
      let pages = 0;
      while (clock.now() < end) {
        const { status } = await send({ method: "GET", url: objectsUrl }, { kind });
        if (status === 200) pages += 1;
      }
      return pages;
    },
  };
}

test("a back-fill of days at the Pro plan: never refused, and next to nothing of the budget left idle", async () => {
  const { walk, refused } = simulate();
  const allowed = 1_000_000 / 2.5;
  for (let day = 1; day <= 3; day += 1) {
    const pages = await walk("backfill", dayMs);
    expect(pages).toBeGreaterThan(0.95 * allowed);
    expect(pages).toBeLessThanOrEqual(allowed);
  }
  expect(refused()).toBe(0);
}, 120_000);

const resets = fc.constantFrom("seconds" as const, "milliseconds" as const, "delta" as const);
const latencies = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 20 });

/** The values again and again. */
function cycle(values: readonly number[]): () => number {
  let index = 0;
  return () => values[index++ % values.length] ?? 0;
}

describe("whatever the limit, the price, the form of Reset, the clocks and the latency", () => {
  const servers = (costs: readonly number[]) =>
    fc.record({
      perMinute: fc.integer({ min: 30, max: 3000 }),
      objectsCost: fc.constantFrom(...costs),
      reset: resets,
      skewMs: fc.integer({ min: -5_000_000, max: 5_000_000 }),
    });

  test("a walk is never refused, and leaves no more than a page of each minute and the rounding of its end", async () => {
    await fc.assert(
      fc.asyncProperty(servers([1, 2.5, 4]), latencies, async (server, latency) => {
        const { walk, refused } = simulate({ ...server, perDay: 1e9, latencyMs: cycle(latency), limits: { perDay: 1e9 } });
        const minutes = 10;
        const pages = await walk("live", minutes * 60_000);
        expect(refused()).toBe(0);
        const inBudget = server.perMinute / Math.max(2.5, server.objectsCost) - 2;
        const inTime = 55_000 / Math.max(1, mean(latency));
        expect(pages).toBeGreaterThan(0.9 * minutes * Math.min(inBudget, inTime));
      }),
      { numRuns: 40 },
    );
  });

  test("walks at the same time share one budget and are not refused either", async () => {
    await fc.assert(
      fc.asyncProperty(servers([1, 2.5]), latencies, fc.integer({ min: 2, max: 6 }), async (server, latency, walks) => {
        const { walk, refused } = simulate({ ...server, latencyMs: cycle(latency) });
        await Promise.all(Array.from({ length: walks }, () => walk("live", 10 * 60_000)));
        expect(refused()).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test("what other clients of the key spend is left to them", async () => {
    await fc.assert(
      fc.asyncProperty(resets, latencies, fc.integer({ min: 1, max: 5 }), async (reset, latency, others) => {
        const { walk, refused } = simulate({ reset, latencyMs: cycle(latency), others: () => others });
        const pages = await walk("live", 10 * 60_000);
        expect(refused()).toBe(0);
        const possible = Math.min(400 / (1 + others), 55_000 / Math.max(1, mean(latency)));
        expect(pages).toBeGreaterThan(0.75 * 10 * possible);
      }),
      { numRuns: 40 },
    );
  });

  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
});

test("a header that counts requests does not tempt to spend more than the documents allow", async () => {
  const { walk, refused } = simulate({ shownCost: 1, latencyMs: () => 10 });
  expect(await walk("live", 10 * 60_000)).toBeGreaterThan(0.95 * 4000);
  expect(refused()).toBe(0);
});

test("a server that says nothing is asked at the configured pace, and at once while there is budget", async () => {
  const { walk, clock } = simulate({ headers: false, perMinute: 1e9, latencyMs: () => 10 });
  const before = clock.now();
  const pages = await walk("live", 3900);
  expect(clock.now() - before).toBe(3900);
  expect(pages).toBe(390);
  const more = await walk("live", 60 * 60_000);
  expect(more).toBeGreaterThan(0.99 * 60 * 400);
  expect(more).toBeLessThanOrEqual(61 * 400);
});

test("without budget trouble no timer is set", async () => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ perMinute: 1000, perDay: 1_000_000, clock });
  for (let count = 0; count < 400; count += 1) (await limiter.enter("backfill", 0, silentLogger, undefined)).settle(undefined);
  expect(clock.waits()).toBe(0);
  await expect(limiter.enter("backfill", 0, silentLogger, undefined)).rejects.toThrow(/./);
});

test("while a back-fill uses the day up, polls for what is new go at once", async () => {
  const { walk, clock, poll } = simulate({ limits: { perDay: 20_000 }, perDay: 20_000, latencyMs: () => 100 });
  const slowest = { ms: 0 };
  const polling = async (): Promise<void> => {
    for (let count = 0; count < 280; count += 1) {
      const before = clock.now();
      await poll();
      slowest.ms = Math.max(slowest.ms, clock.now() - before);
      await clock.wait(300_000, undefined);
    }
  };
  const [pages] = await Promise.all([walk("backfill", dayMs), polling()]);
  expect(pages).toBeGreaterThan(0.85 * 8000);
  expect(slowest.ms).toBeLessThan(1000);
});
