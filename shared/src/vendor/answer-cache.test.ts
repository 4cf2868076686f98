import { expect, test } from "vitest";
import { createAnswerCache } from "./answer-cache.ts";

const signal = new AbortController().signal;

function setUp(limits: { mostEntries?: number; mostBytes?: number } = {}) {
  let time = 0;
  const loads: string[] = [];
  const cache = createAnswerCache<string>({
    lifetimeMs: 60_000,
    mostEntries: 10,
    mostBytes: 1000,
    ...limits,
    clock: { now: () => time },
  });
  return {
    loads,
    cache,
    pass: (ms: number) => void (time += ms),
    ask: (key: string, bytes = 1) => {
      const load = async () => {
        loads.push(key);
        return { value: `${key} ${loads.length}`, bytes };
      };
      return cache.get(key, load, signal);
    },
  };
}

test("an answer is good for its lifetime and no longer", async () => {
  const { ask, pass } = setUp();
  const first = await ask("a");
  pass(59_999);
  expect(await ask("a")).toBe(first);
  pass(1);
  expect(await ask("a")).not.toBe(first);
});

test("the oldest make room, by number and by bytes", async () => {
  for (const [limits, bytes] of [
    [{ mostEntries: 2 }, 1],
    [{ mostBytes: 100 }, 50],
  ] as const) {
    const { ask, loads } = setUp(limits);
    for (const key of ["a", "b", "c", "b", "c", "a"]) await ask(key, bytes);
    expect(loads).toEqual(["a", "b", "c", "a"]);
  }
});

test("an answer larger than all the room is given and not kept", async () => {
  const { ask, loads } = setUp({ mostBytes: 100 });
  await ask("small", 100);
  await ask("large", 101);
  await ask("large", 101);
  await ask("small", 100);
  expect(loads).toEqual(["small", "large", "large"]);
});

test("many that ask at once share one load", async () => {
  const { ask, loads } = setUp();
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask("a")));
  expect(new Set(answers).size).toBe(1);
  expect(loads).toEqual(["a"]);
});

test("a failure reaches everybody who waited and is not kept", async () => {
  const { cache, ask } = setUp();
  const fail = async () => {
    throw new Error("down");
  };
  const both = await Promise.allSettled([cache.get("a", fail, signal), cache.get("a", fail, signal)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask("a")).toBe("a 1");
});

test("who leaves does not take the others along; when all have left, the load ends", async () => {
  const { cache } = setUp();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  let loading: AbortSignal | undefined;
  const answer = Promise.withResolvers<{ value: string; bytes: number }>();
  const load = (given: AbortSignal) => {
    loading = given;
    return answer.promise;
  };
  const first = cache.get("a", load, leaving.signal);
  const second = cache.get("a", load, staying.signal);
  leaving.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  expect(loading?.aborted).toBe(false);
  staying.abort(new Error("me too"));
  await expect(second).rejects.toThrow("me too");
  expect(loading?.aborted).toBe(true);
  answer.reject(new Error("aborted"));
  expect(await cache.get("a", async () => ({ value: "new", bytes: 1 }), signal)).toBe("new");
});
