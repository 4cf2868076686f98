import fc from "fast-check";
import { expect, test } from "vitest";
import type { Indicator } from "../object.ts";
import { observablesOf } from "./observable.ts";

const observables = (pattern: string, patternType = "stix") =>
  observablesOf({ pattern, pattern_type: patternType } as Indicator).map(({ type, value, path }) => [type, value, path]);

test.each([
  ["[ipv4-addr:value = '198.51.100.3']", "ipv4", "198.51.100.3", "ipv4-addr:value"],
  ["[ipv4-addr:value = '198.51.100.0/24']", "cidr", "198.51.100.0/24", "ipv4-addr:value"],
  ["[ipv4-addr:value = '10.1.2.3/8']", "cidr", "10.0.0.0/8", "ipv4-addr:value"],
  ["[ipv4-addr:value = '198.51.100.3/32']", "ipv4", "198.51.100.3", "ipv4-addr:value"],
  ["[ipv6-addr:value = '2001:0DB8:0:0::1']", "ipv6", "2001:db8::1", "ipv6-addr:value"],
  ["[ipv6-addr:value = '2001:DB8::/32']", "cidr", "2001:db8::/32", "ipv6-addr:value"],
  ["[domain-name:value = 'Malware.Example.COM']", "domain", "malware.example.com", "domain-name:value"],
  ["  [ url:value == 'https://e.com/?q=\\'a\\\\' ] ", "url", "https://e.com/?q='a\\", "url:value"],
  ["[email-addr:value = 'Me@Example.com']", "email", "me@example.com", "email-addr:value"],
  ["[file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E']", "md5", "d41d8cd98f00b204e9800998ecf8427e", "file:hashes.MD5"],
  ["[file:hashes.'MD5' = 'd41d8cd98f00b204e9800998ecf8427e']", "md5", "d41d8cd98f00b204e9800998ecf8427e", "file:hashes.MD5"],
  [`[file:hashes.sha256 = '${"a".repeat(64)}']`, "sha256", "a".repeat(64), "file:hashes.'SHA-256'"],
  [`[file:hashes.'SHA-1' = '${"A".repeat(40)}']`, "sha1", "a".repeat(40), "file:hashes.'SHA-1'"],
  ["[vulnerability:name = 'cve-2026-12345']", "cve", "CVE-2026-12345", "vulnerability:name"],
])("%s", (pattern, type, value, path) => {
  expect(observables(pattern)).toEqual([[type, value, path]]);
});

test.each([
  ["a hash of the wrong length", "[file:hashes.MD5 = 'abc']"],
  ["a range with leading zeros", "[ipv4-addr:value = '010.0.0.0/8']"],
  ["an address that is none", "[ipv4-addr:value = '999.1.1.1']"],
  ["an address in another notation", "[ipv4-addr:value = '0x7f000001']"],
  ["an inequality", "[ipv4-addr:value != '198.51.100.3']"],
  ["a negated equality", "[ipv4-addr:value NOT = '198.51.100.3']"],
  ["a likeness without wildcards", "[domain-name:value LIKE 'example.com']"],
  ["a regular expression", "[domain-name:value MATCHES 'example']"],
  ["a superset", "[ipv4-addr:value ISSUPERSET '198.51.100.0/24']"],
  ["a subset that is no range", "[domain-name:value ISSUBSET '198.51.100.0/24']"],
  ["a negated set", "[ipv4-addr:value NOT IN ('198.51.100.3')]"],
  ["an empty set", "[ipv4-addr:value IN ()]"],
  ["existence", "[EXISTS ipv4-addr:value]"],
  ["an order", "[domain-name:value > 'a']"],
  ["a value that is no string", "[file:name = 5]"],
  ["another hash of a file", `[file:hashes.'SHA3-256' = '${"a".repeat(64)}']`],
  ["a hash of something else", "[x509-certificate:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"],
  ["an unknown path", "[mutex:name = 'a']"],
  ["an escape the grammar does not know", "[url:value = 'a\\n']"],
  ["no pattern", "unconverted_term:x"],
])("%s yields none", (_, pattern) => {
  expect(observables(pattern)).toEqual([]);
});

test("a pattern of another type yields none", () => {
  expect(observables("[ipv4-addr:value = '198.51.100.3']", "yara")).toEqual([]);
});

test("any URL comes back as it was put in", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((text) => text.trim() === text),
      (url) => {
        const literal = url.replace(/[\\']/g, "\\$&");
        expect(observables(`[url:value = '${literal}']`)).toEqual([["url", url, "url:value"]]);
      },
    ),
  );
});
