import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createPace, sharedPace } from "./pace.ts";

const never = new AbortController().signal;

/** Time that passes when somebody waits, and then at once. */
function createClock() {
  let time = 0;
  return {
    now: () => time,
    pass: (ms: number) => (time += ms),
    async wait(ms: number, signal: AbortSignal | undefined) {
      await turn();
      signal?.throwIfAborted();
      time += ms;
    },
  };
}

test("100 requests go at once, the next one a minute after the first answer", async () => {
  const clock = createClock();
  const pace = createPace(clock);
  const passes = await Promise.all(Array.from({ length: 100 }, () => pace.enter(never)));
  expect(clock.now()).toBe(0);
  clock.pass(2000);
  for (const leave of passes) leave();
  await pace.enter(never);
  expect(clock.now()).toBeGreaterThanOrEqual(62_000);
  expect(clock.now()).toBeLessThan(62_100);
});

test("a request without an answer holds its place until one is there or known not to come", async () => {
  const clock = createClock();
  const pace = createPace(clock);
  const [leaveFirst] = await Promise.all(Array.from({ length: 100 }, () => pace.enter(never)));
  let enteredAt: number | undefined;
  const waiting = pace.enter(never).then(() => (enteredAt = clock.now()));
  clock.pass(120_000);
  for (let turns = 0; turns < 10; turns += 1) await turn();
  expect(enteredAt).toBeUndefined();
  const answeredAt = clock.now();
  leaveFirst?.();
  await waiting;
  expect(enteredAt).toBeGreaterThanOrEqual(answeredAt + 60_000);
});

test("nothing goes before the time the server asked for, and a shorter request of it changes nothing", async () => {
  const clock = createClock();
  const pace = createPace(clock);
  pace.postpone(17_000);
  pace.postpone(3000);
  await pace.enter(never);
  expect(clock.now()).toBe(17_000);
});

test("waiting ends with the signal's reason", async () => {
  const pace = createPace(createClock());
  await expect(pace.enter(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});

test("one endpoint and identity is one pace, whoever asks; another of either is another", () => {
  const clock = createClock();
  const endpoint = new URL("https://api.ti.sentinel.azure.com");
  const pace = sharedPace(endpoint, "a", clock);
  expect(sharedPace(new URL("https://api.ti.sentinel.azure.com/"), "a", clock)).toBe(pace);
  expect(sharedPace(endpoint, "b", clock)).not.toBe(pace);
  expect(sharedPace(new URL("https://api.ti.sentinel.azure.us"), "a", clock)).not.toBe(pace);
});
