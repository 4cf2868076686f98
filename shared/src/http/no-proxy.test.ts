import { expect, test } from "vitest";
import { createNoProxy } from "./no-proxy.ts";

test.each([
  ["", "https://feed.example", false],
  ["*", "https://feed.example", true],
  ["other.example, *", "https://feed.example", true],
  ["feed.example", "https://feed.example/path", true],
  ["FEED.example.", "https://feed.example", true],
  ["feed.example", "https://feed.example.", true],
  ["feed.example", "https://www.feed.example", true],
  ["feed.example", "https://myfeed.example", false],
  [".feed.example", "https://feed.example", true],
  [".feed.example", "https://www.feed.example", true],
  ["*.feed.example", "https://www.feed.example", true],
  ["*.feed.example", "https://feed.example", false],
  ["feed.example:8443", "https://feed.example:8443", true],
  ["feed.example:8443", "https://feed.example", false],
  ["feed.example:443", "https://feed.example", true],
  ["feed.example:80", "http://feed.example", true],
  ["a.example b.example\tc.example", "https://b.example", true],
  ["198.51.100.7", "https://198.51.100.7", true],
  ["198.51.100.7", "https://198.51.100.77", false],
  ["198.51.100.0/24", "https://198.51.100.200:8088", true],
  ["198.51.100.0/24", "https://198.51.101.1", false],
  ["198.51.100.0/99", "https://198.51.100.1", false],
  ["198.51.100.0/24", "https://feed.example", false],
  ["2001:db8::1", "https://[2001:db8::1]", true],
  ["[2001:db8::1]:8443", "https://[2001:DB8:0::1]:8443", true],
  ["[2001:db8::1]:8443", "https://[2001:db8::1]", false],
  ["2001:db8::/32", "https://[2001:db8:5::9]", true],
  ["2001:db8::/32", "https://198.51.100.1", false],
])("NO_PROXY=%s: %s goes direct: %s", (text, url, expected) => {
  expect(createNoProxy(text)(new URL(url))).toBe(expected);
});
