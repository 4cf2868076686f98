import { describe, expect, test } from "vitest";
import { parsePattern } from "./observable.ts";

const md5 = "d41d8cd98f00b204e9800998ecf8427e";
const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Logic, exactness, and the observables as `type value`, with `?` behind a partial one. */
function meaning(pattern: string): [string, boolean, string[]] {
  const result = parsePattern(pattern);
  if (!result.valid) throw new Error(`${result.error} at ${result.position}`);
  return [
    result.logic,
    result.exact,
    result.observables.map(({ type, value, partial }) => `${type} ${value}${partial ? "?" : ""}`),
  ];
}

describe("alternatives are independent observables", () => {
  test.each([
    ["[ipv4-addr:value = '198.51.100.3' OR domain-name:value = 'e.com']", "any", true, ["ipv4 198.51.100.3", "domain e.com"]],
    ["[ipv4-addr:value = '198.51.100.3'] OR ([domain-name:value = 'e.com'])", "any", true, ["ipv4 198.51.100.3", "domain e.com"]],
    ["[ipv4-addr:value IN ('198.51.100.3', '198.51.100.4')]", "any", true, ["ipv4 198.51.100.3", "ipv4 198.51.100.4"]],
    ["[domain-name:value = 'e.com' OR domain-name:value = 'E.com']", "any", true, ["domain e.com"]],
    ["[domain-name:value = 'e.com' OR domain-name:value != 'f.com']", "any", false, ["domain e.com"]],
    ["[domain-name:value = 'e.com' OR domain-name:value LIKE '%.f.com']", "any", false, ["domain e.com"]],
    ["[domain-name:value = 'e.com' OR mutex:name = 'm']", "any", false, ["domain e.com"]],
    [
      "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv6-addr:value ISSUBSET '2001:db8::/32']",
      "any",
      true,
      ["cidr 198.51.100.0/24", "cidr 2001:db8::/32"],
    ],
  ])("%s", (pattern, logic, exact, observables) => {
    expect(meaning(pattern)).toEqual([logic, exact, observables]);
  });
});

describe("hashes of one file joined by AND are that file, each of them", () => {
  test.each([
    [`[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' = '${sha1}']`, "all", true, [`md5 ${md5}`, `sha1 ${sha1}`]],
    [
      `[(file:hashes.md5 = '${md5}' AND file:hashes.SHA1 = '${sha1}') AND file:hashes.sha_256 = '${sha256}']`,
      "all",
      true,
      [`md5 ${md5}`, `sha1 ${sha1}`, `sha256 ${sha256}`],
    ],
    [`[file:hashes.MD5 = '${md5}' AND file:hashes.TLSH = 'x']`, "all", false, [`md5 ${md5}`]],
    [
      `[(file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' = '${sha1}') OR file:hashes.'SHA-256' = '${sha256}']`,
      "complex",
      true,
      [`md5 ${md5}`, `sha1 ${sha1}`, `sha256 ${sha256}`],
    ],
    [
      `[file:hashes.MD5 = '${md5}' AND file:hashes.MD5 = '${"0".repeat(32)}']`,
      "all",
      true,
      [`md5 ${md5}?`, `md5 ${"0".repeat(32)}?`],
    ],
    [`[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' != '${sha1}']`, "all", false, [`md5 ${md5}?`]],
  ])("%s", (pattern, logic, exact, observables) => {
    expect(meaning(pattern)).toEqual([logic, exact, observables]);
  });
});

describe("what holds only together is partial", () => {
  test.each([
    [`[file:name = 'a.exe' AND file:hashes.MD5 = '${md5}']`, "all", true, ["file_name a.exe?", `md5 ${md5}?`]],
    ["[network-traffic:dst_ref.value = '198.51.100.3' AND network-traffic:dst_port = 443]", "all", false, ["ipv4 198.51.100.3?"]],
    [
      "[ipv4-addr:value = '198.51.100.3'] AND [domain-name:value = 'e.com']",
      "complex",
      false,
      ["ipv4 198.51.100.3?", "domain e.com?"],
    ],
    ["[ipv4-addr:value = '198.51.100.3'] FOLLOWEDBY [url:value = 'u']", "complex", false, ["ipv4 198.51.100.3?", "url u?"]],
    [
      "[(domain-name:value = 'e.com' OR domain-name:value = 'f.com') AND EXISTS domain-name:x]",
      "complex",
      false,
      ["domain e.com?", "domain f.com?"],
    ],
    ["[domain-name:value IN ('e.com') AND domain-name:x = 1]", "complex", false, ["domain e.com?"]],
    ["[domain-name:resolves_to_refs[*].value = '198.51.100.3']", "single", false, ["ipv4 198.51.100.3?"]],
    ["[domain-name:value = 'e.com'] REPEATS 5 TIMES", "complex", false, ["domain e.com?"]],
    [
      "[domain-name:value = 'e.com'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
      "complex",
      false,
      ["domain e.com?"],
    ],
    ["[domain-name:value = 'e.com'] WITHIN 5 SECONDS", "complex", true, ["domain e.com"]],
    [
      "([domain-name:value = 'e.com'] AND [url:value = 'u']) OR [domain-name:value = 'e.com']",
      "complex",
      false,
      ["domain e.com", "url u?"],
    ],
  ])("%s", (pattern, logic, exact, observables) => {
    expect(meaning(pattern)).toEqual([logic, exact, observables]);
  });
});

test.each([
  ["[network-traffic:src_ref.value = '2001:DB8::1']", "ipv6 2001:db8::1"],
  ["[network-traffic:dst_ref.value = 'C2.example.com']", "domain c2.example.com"],
  ["[network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24']", "cidr 198.51.100.0/24"],
  ["[ipv4-addr:value ISSUBSET '198.51.100.3/32']", "ipv4 198.51.100.3"],
  ["[email-message:from_ref.value = 'Me@e.com']", "email me@e.com"],
  ["[file:name = 'Invoice (1).exe']", "file_name Invoice (1).exe"],
  ["[file:hashes.ssdeep = '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C']", "ssdeep 3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"],
  [`[file:hashes.SHA_512 = '${"AB".repeat(64)}']`, `sha512 ${"ab".repeat(64)}`],
  ["[attack-pattern:external_references[0].external_id = 't1059.001']", "attack_pattern T1059.001"],
  ["[attack-pattern:name == 'T1566']", "attack_pattern T1566"],
  ["[vulnerability:external_references[*].external_id = 'cve-2026-12345']", "cve CVE-2026-12345"],
])("%s is one observable", (pattern, observable) => {
  expect(meaning(pattern)).toEqual(["single", true, [observable]]);
});

test("every spelling of a path comes out in the plain one", () => {
  const result = parsePattern(`[ file:'hashes'.'sha256'='${sha256}' ]`);
  expect(result).toMatchObject({ observables: [{ path: "file:hashes.'SHA-256'" }] });
  expect(parsePattern("[attack-pattern:external_references[7].external_id = 'T1566']")).toMatchObject({
    observables: [{ path: "attack-pattern:external_references[*].external_id" }],
  });
});

test.each([
  ["[file:hashes.MD5 = 'abc']", "file:hashes.MD5: no observable from a value that is not 32 hexadecimal digits", 1],
  [
    "[ipv4-addr:value IN ('999.1.1.1', '1.1.1')]",
    "ipv4-addr:value: no observable from a value that is not an IP address or CIDR range",
    2,
  ],
  [
    "[network-traffic:dst_ref.value = '999.1.1.1']",
    "network-traffic:dst_ref.value: no observable from a value that is not an IP address or a domain name",
    1,
  ],
  [
    "[attack-pattern:name = 'Phishing']",
    "attack-pattern:name: no observable from a value that is not a technique id, as T1059.001",
    1,
  ],
])("%s warns and counts each value once", (pattern, warning, count) => {
  const twice = `${pattern} OR ${pattern}`;
  expect(parsePattern(twice)).toMatchObject({ valid: true, exact: false, observables: [], warnings: { [warning]: count } });
});

test("more observables than one indicator may give are left out, with a warning", () => {
  const values = Array.from({ length: 3000 }, (_, index) => `'h${index}.example'`);
  const result = parsePattern(`[domain-name:value IN (${values.join(",")})]`);
  if (!result.valid) throw new Error(result.error);
  expect(result.observables).toHaveLength(2048);
  expect(result).toMatchObject({ exact: false, warnings: { "more than 2048 observables: the rest are left out": 952 } });
});
