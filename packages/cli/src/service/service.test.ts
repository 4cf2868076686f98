import { setImmediate as turnOfLoop } from "node:timers/promises";
import { ConfigurationError, createLogger, TargetError, type Clock, type LogRecord } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { serve, type Served } from "./service.ts";

const away = new TargetError("the target is away", { remedy: "Wait." });
const wrong = new ConfigurationError("no such collection", { remedy: "Name another." });

/** Runs the targets for so many virtual seconds, then stops them as SIGTERM does. */
async function serveFor(
  seconds: number,
  targets: Readonly<Record<string, (run: number, signal: AbortSignal) => Promise<void> | void>>,
) {
  const stop = new AbortController();
  const log: LogRecord[] = [];
  const starts: Record<string, number[]> = {};
  const clock = createFastClock(seconds * 1000, () => stop.abort(new Error("stopped by SIGTERM")));
  const served = Object.entries(targets).map(([name, run]): Served => {
    const at: number[] = (starts[name] = []);
    return { name, pollSeconds: 600, run: async () => run(at.push(clock.now() / 1000), stop.signal) };
  });
  const options = { clock, log: createLogger((record) => log.push(record)), signal: stop.signal };
  const ended = await serve(served, options).catch((error: unknown) => error as Error);
  return { starts, log, ended };
}

/** Time goes to the next sleeper whenever nothing else is to be done; `onEnd` is called when it is over. */
function createFastClock(end: number, onEnd: () => void): Clock {
  let time = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  void (async () => {
    while (time < end) {
      for (let turns = 0; turns < 5; turns += 1) await turnOfLoop();
      const [next] = [...sleepers].toSorted((left, right) => left.until - right.until);
      time = Math.min(next?.until ?? end, end);
      if (next !== undefined && next.until <= time) next.wake();
    }
    onEnd();
  })();
  return {
    now: () => time,
    wait: (ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: time + Math.max(0, ms), wake: () => (sleepers.delete(sleeper), resolve()) };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", () => (sleepers.delete(sleeper), reject(signal.reason as Error)));
      return promise;
    },
  };
}

test("a target that hangs, one that fails and one that breaks hold up nobody", async () => {
  const { starts, log, ended } = await serveFor(3700, {
    hangs: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(away))),
    fails: () => Promise.reject(away),
    breaks: () => Promise.reject(new TypeError("undefined is not a function")),
    well: () => undefined,
  });
  expect(ended.message).toBe("stopped by SIGTERM");
  expect(starts["hangs"]).toHaveLength(1);
  expect(starts["well"]!.length).toBeGreaterThanOrEqual(6);
  expect(starts["well"]!.length).toBeLessThanOrEqual(7);
  const told = new Set(log.map(({ event, context: { target } }) => JSON.stringify([event, target])));
  expect(told).toEqual(new Set(['["run_failed","fails"]', '["unexpected","breaks"]']));
});

test("a target that failed is tried again after a minute, then twice as long, up to its interval; a success ends that", async () => {
  const { starts } = await serveFor(3000, {
    fails: (run) => (run <= 5 || run >= 7 ? Promise.reject(away) : undefined),
  });
  const pauses = starts["fails"]!.slice(1).map((at, index) => at - (starts["fails"]![index] ?? 0));
  for (const [index, expected] of [60, 120, 240, 480, 600, 600, 60].entries()) {
    expect(Math.abs((pauses[index] ?? 0) - expected)).toBeLessThanOrEqual(expected / 10);
  }
});

test("targets with one interval are polled together, so that both can have the same pages", async () => {
  const { starts } = await serveFor(36_000, { east: () => undefined, west: () => undefined });
  expect(starts["east"]).toEqual(starts["west"]);
  expect(starts["east"]!.length).toBeGreaterThan(50);
});

test("a configuration that is wrong from the start stops its target; the service goes on for the others", async () => {
  const { starts, log, ended } = await serveFor(3700, { wrong: () => Promise.reject(wrong), well: () => undefined });
  expect(starts["wrong"]).toHaveLength(1);
  expect(starts["well"]!.length).toBeGreaterThanOrEqual(6);
  expect(log).toEqual([expect.objectContaining({ event: "target_stopped", message: "no such collection" })]);
  expect(ended.message).toBe("stopped by SIGTERM");
});

test("where it is wrong for all, the service ends with it", async () => {
  const { ended } = await serveFor(3700, { east: () => Promise.reject(wrong), west: () => Promise.reject(wrong) });
  expect(ended).toBe(wrong);
});

test("once a target was right, what looks like a wrong configuration is tried again", async () => {
  const { starts } = await serveFor(3700, { once: (run) => (run === 2 ? Promise.reject(wrong) : undefined) });
  expect(starts["once"]!.length).toBeGreaterThan(3);
});
