import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { nextTurn, openWaitingRoom } from "./schedule.ts";

test.each([
  [300, 0, 0, 270_000],
  [300, 0, 0.5, 300_000],
  [300, 0, 1, 330_000],
  [60, 0, 0, 60_000],
  [3600, 1, 0.5, 60_000],
  [3600, 2, 0.5, 120_000],
  [3600, 4, 0.5, 480_000],
  [3600, 9, 0.5, 3_600_000],
  [300, 2000, 0.5, 300_000],
])("%i s after %i failures with chance %f", (pollSeconds, failures, random, expected) => {
  expect(nextTurn(pollSeconds, failures, 1000, random).due).toBe(1000 + expected);
});

test("polls are not all the same time apart", () => {
  const pauses = new Set(Array.from({ length: 20 }, () => nextTurn(300, 0, 0).due));
  expect(pauses.size).toBeGreaterThan(1);
});

/** A clock that its test moves on. */
function createClock(): Clock & { readonly moveTo: (time: number) => Promise<void> } {
  let time = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => time,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.add({ until: time + ms, wake: resolve });
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      }),
    async moveTo(to) {
      time = to;
      for (const one of sleepers) if (one.until <= to) one.wake();
      await turn();
    },
  };
}

test("what may be polled joins what is due, and what was polled a moment ago does not", async () => {
  const clock = createClock();
  const room = openWaitingRoom(clock);
  const called: string[] = [];
  const never = new AbortController().signal;
  for (const [name, earliest, due] of [
    ["due", 90, 100],
    ["near", 95, 110],
    ["far", 101, 105],
  ] as const) {
    void room.until({ earliest, due }, never).then(() => called.push(name));
  }
  await clock.moveTo(99);
  expect(called).toEqual([]);
  await clock.moveTo(100);
  expect(called).toEqual(["due", "near"]);
  await clock.moveTo(105);
  expect(called).toEqual(["due", "near", "far"]);
});

test("who is stopped while waiting leaves with the reason", async () => {
  const stop = new AbortController();
  const waiting = openWaitingRoom(createClock()).until({ earliest: 1, due: 2 }, stop.signal);
  stop.abort(new Error("stopped by SIGTERM"));
  await expect(waiting).rejects.toThrow("stopped by SIGTERM");
});
