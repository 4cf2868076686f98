import { expect, test } from "vitest";
import { sparing } from "./sparing.ts";

function setting(takes: number) {
  let now = 0;
  let reads = 0;
  const read = sparing(
    async () => {
      now += takes;
      reads += 1;
      if (reads === 3) throw new Error("damaged");
      return reads;
    },
    () => now,
  );
  return { read, pass: (ms: number) => void (now += ms) };
}

test("all who ask within a second get one reading, and later ones a new one", async () => {
  const { read, pass } = setting(10);
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  pass(999);
  expect(await read()).toBe(1);
  pass(1);
  expect(await read()).toBe(2);
});

test("what takes long to read is read less often, and a failure is not kept", async () => {
  const { read, pass } = setting(5000);
  await read();
  pass(19_999);
  expect(await read()).toBe(1);
  pass(1);
  expect(await read()).toBe(2);
  pass(20_000);
  await expect(read()).rejects.toThrow("damaged");
  pass(20_000);
  expect(await read()).toBe(4);
});
