import { expect, test } from "vitest";
import { isTrusted } from "./trust.ts";

const endpoint = new URL("https://socdefenders.ai/api/taxii2/");

test.each([
  ["https://socdefenders.ai/x", true],
  ["https://www.socdefenders.ai/x", true],
  ["http://socdefenders.ai/x", false],
  ["https://socdefenders.ai:8443/x", false],
  ["https://socdefenders.ai.evil.example/x", false],
  ["https://mirror.example/x", true],
  ["https://mirror.example:9443/x", true],
  ["https://other.example:9443/x", false],
  // What a server on the network of the connector's own would answer to must not be asked because a feed says so.
  ["http://169.254.169.254/latest/meta-data/", false],
  ["https://169.254.169.254/x", false],
  ["https://10.0.0.1/x", false],
  ["https://127.0.0.1/x", false],
  ["http://localhost/x", false],
  ["https://[::1]/x", false],
  ["https://[fe80::1]/x", false],
])("%s: %s", (url, expected) => {
  expect(isTrusted(new URL(url), endpoint, ["mirror.example", "other.example:443"])).toBe(expected);
});
