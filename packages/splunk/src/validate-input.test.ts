import { silentLogger } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { validateInput } from "./validate-input.ts";

const host = { log: silentLogger, userAgent: "test" };

async function* nothing(): AsyncGenerator<Uint8Array> {
  await new Promise(() => undefined);
  yield new Uint8Array();
}

test("what never answers is given up in time, with one message", async () => {
  const message = await validateInput(nothing(), "/nowhere", host, new AbortController().signal, 20);
  expect(message).toBe("no answer within 0.02 s. Check the addresses and what lies between.");
});

test("who stops it does not wait for the end of the time", async () => {
  await expect(validateInput(nothing(), "/nowhere", host, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
});
