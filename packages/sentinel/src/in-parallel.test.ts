import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { inParallel } from "./in-parallel.ts";

const never = new AbortController().signal;

test("keeps the order of the inputs and the limit", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel(
    [5, 4, 3, 2, 1],
    2,
    async (turns) => {
      most = Math.max(most, (running += 1));
      for (let left = turns; left > 0; left -= 1) await turn();
      running -= 1;
      return turns * 10;
    },
    never,
  );
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

test("an input is made only when it is its turn, and one that cannot be made is the failure", async () => {
  const made: number[] = [];
  const done: number[] = [];
  function* inputs(): Generator<number> {
    for (let input = 1; input < 9; input += 1) {
      if (input === 5) throw new Error("cannot be made");
      made.push(input);
      yield input;
    }
  }
  const work = async (input: number): Promise<void> => {
    expect(made.length - done.length).toBeLessThanOrEqual(2);
    await turn();
    done.push(input);
  };
  await expect(inParallel(inputs(), 2, work, never)).rejects.toThrow("cannot be made");
  expect(done).toEqual([1, 2, 3, 4]);
});

test("the first failure aborts the others, starts nothing more, and is thrown when all have ended", async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const running = inParallel(
    [1, 2, 3, 4],
    2,
    async (input, signal) => {
      started.push(input);
      if (input === 1) throw new Error("first");
      while (!signal.aborted) await turn();
      ended.push(input);
      throw new Error("aborted");
    },
    never,
  );
  await expect(running).rejects.toThrow("first");
  expect({ started, ended }).toEqual({ started: [1, 2], ended: [2] });
});
