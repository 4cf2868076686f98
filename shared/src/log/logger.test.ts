import { expect, test } from "vitest";
import { createSecret } from "../config/secret.ts";
import { clean } from "./clean.ts";
import { createLogger, toJsonLine, type LogRecord } from "./logger.ts";

test("a line holds no secret and nothing that steers a terminal", () => {
  createSecret("token-of-this-test");
  const records: LogRecord[] = [];
  createLogger((record) => records.push(record)).warn("odd_name", "name \u001b[31mred\u202e token-of-this-test", {
    value: "a\nb token-of-this-test",
  });
  expect(toJsonLine(records[0]!, new Date(0))).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"odd_name","message":"name \ufffd[31mred\ufffd [redacted]","value":"a b [redacted]"}',
  );
});

test("a text is rid of secrets before it is cut, so that no part of one is left at the end", () => {
  createSecret("secret-of-this-cutting-test");
  for (let before = 60; before <= 100; before += 5) {
    expect(clean(`${"x".repeat(before)}secret-of-this-cutting-test`, 100)).not.toContain("secret");
  }
});

test("says only what is at or above its level", () => {
  const events: string[] = [];
  const log = createLogger(({ event }) => events.push(event), "warn");
  log.info("quiet", "");
  log.error("loud", "");
  expect(events).toEqual(["loud"]);
});
