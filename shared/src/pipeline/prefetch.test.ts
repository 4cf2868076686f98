import { expect, test } from "vitest";
import { prefetch } from "./prefetch.ts";

test("asks for the next value while one is being worked on, and for no more", async () => {
  const asked: number[] = [];
  async function* source() {
    for (let value = 1; value <= 4; value += 1) {
      asked.push(value);
      yield await Promise.resolve(value);
    }
  }
  const seen: number[] = [];
  for await (const value of prefetch(source())) {
    seen.push(value);
    await new Promise(setImmediate);
    expect(asked.length).toBe(Math.min(4, value + 1));
  }
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("an error of the source comes where its value would have come", async () => {
  async function* source() {
    yield await Promise.resolve(1);
    throw new Error("second page");
  }
  const values = prefetch(source());
  expect(await values.next()).toEqual({ done: false, value: 1 });
  await expect(values.next()).rejects.toThrow("second page");
});
