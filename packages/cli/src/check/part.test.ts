import { silentLogger, TargetError, type Look } from "@socdefenders/shared";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { examinePart } from "./part.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const forEver = (): Promise<never> => new Promise(() => undefined);
const fine = (): Promise<{ message: string }> => Promise.resolve({ message: "fine" });

/** The lines of a part that has ten seconds. */
async function linesOf(examine: (look: Look) => Promise<void>): Promise<readonly string[]> {
  const examining = examinePart(
    { name: "splunk", exitCode: 4, examine },
    { timeoutMs: 10_000, log: silentLogger, signal: new AbortController().signal },
  );
  await vi.advanceTimersByTimeAsync(10_000);
  return (await examining).map(({ check, status, message }) => `${check} ${status}: ${message}`);
}

test("a part has its time for all that it does, also for closing", async () => {
  expect(
    await linesOf(async (look) => {
      await look("token", fine);
      await forEver();
    }),
  ).toEqual(["token ok: fine", "close failed: no answer within 10 s"]);
});

test("what is late is told once, whatever the part does about it", async () => {
  expect(
    await linesOf(async (look) => {
      await look("token", fine);
      await look("index", forEver).finally(forEver);
    }),
  ).toEqual(["token ok: fine", "index failed: no answer within 10 s"]);
});

test("what failed before it hung is what is told", async () => {
  expect(
    await linesOf(async (look) => {
      await look("token", () => Promise.reject(new TargetError("unknown token", { remedy: "Change it." }))).finally(forEver);
    }),
  ).toEqual(["token failed: unknown token"]);
});
