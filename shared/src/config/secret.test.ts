import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createSecret, redact } from "./secret.ts";

const value = "correct horse/battery+staple";

test("never prints", () => {
  const secret = createSecret(value);
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of shown) expect(text).not.toContain("horse");
  expect(secret.reveal()).toBe(value);
});

test("is recognised in any text afterwards, encoded forms included", () => {
  createSecret(value);
  for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString("base64")]) {
    expect(redact(`before ${form} after`)).toBe("before [redacted] after");
  }
});

test.each([
  ["key sk_live_abc123 used", "key [redacted] used"],
  ["Authorization: Bearer abcdefghijkl", "Authorization: Bearer [redacted]"],
  ["Authorization: Splunk 11111111-2222-3333-4444-555555555555", "Authorization: Splunk [redacted]"],
  ["splunk soc-defenders-all: reset", "splunk soc-defenders-all: reset"],
  ["http://user:hunter2@proxy:3128", "http://user:[redacted]@proxy:3128"],
  ["GET /x?api_key=abc&limit=1", "GET /x?api_key=[redacted]&limit=1"],
])("recognises the shape of a secret in %s", (text, expected) => {
  expect(redact(text)).toBe(expected);
});
