import { createCircuit, createFeedSender, createRateLimiter, silentLogger } from "@socdefenders/shared";
import { createRate, type RateOptions } from "@socdefenders/simulator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createVirtualClock, createVirtualHttp, type VirtualClock } from "./virtual-clock.ts";

const dayMs = 24 * 3600_000;
const objectsUrl = new URL("https://feed.example/api/collections/all/objects/");

interface Simulation {
  readonly clock: VirtualClock;
  readonly refused: () => number;
  /** Pages read until that long after the start. */
  walk(kind: "live" | "backfill", lastsMs: number, pauseMs?: number): Promise<number>;
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
    async walk(kind, lastsMs, pauseMs = 0) {
      const end = clock.now() + lastsMs;
      let pages = 0;
      while (clock.now() < end) {
        const { status } = await send({ method: "GET", url: objectsUrl }, { kind });
        if (status === 200) pages += 1;
        if (pauseMs > 0) await clock.wait(pauseMs, undefined);
      }
      return pages;
    },
  };
}

test("a back-fill of days at the Pro plan", async () => {
  const simulation = simulate({});
  const t = performance.now();
  for (let d = 0; d < 2; d++) {
    const pages = await simulation.walk("backfill", dayMs);
    console.log(d, pages, pages / 400_000, simulation.refused(), performance.now() - t);
  }
}, 60_000);
