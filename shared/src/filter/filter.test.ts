import { expect, test } from "vitest";
import type { MappingContext } from "../pipeline/contract.ts";
import type { StixObject } from "../stix/object.ts";
import { parseFilterConfig } from "./config.ts";
import { createFilter } from "./filter.ts";

const indicator = (pattern: string, members: Record<string, unknown> = {}): StixObject => ({
  type: "indicator",
  id: "indicator--5d0092c5-5f74-4287-9642-33f4c354e56d",
  created: "2026-05-01T00:00:00Z",
  modified: "2026-05-01T00:00:00Z",
  valid_from: "2026-05-01T00:00:00Z",
  pattern,
  pattern_type: "stix",
  ...members,
});

const ip = (value: string): string => `[ipv4-addr:value = '${value}']`;
const url = (value: string): string => `[url:value = '${value}']`;
const domain = (value: string): string => `[domain-name:value = '${value}']`;

function reasonFor(object: StixObject, section: object): string | undefined {
  const wrapped = createFilter(parseFilterConfig(section))(() => ({ kind: "items", items: [] }));
  const mapped = wrapped(object, { collection: "all" });
  return mapped.kind === "skipped" ? mapped.reason : undefined;
}

const green = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da";
const red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
const unknown = "marking-definition--00000000-0000-4000-8000-000000000000";

test.each([
  ["less confidence", { confidence: 69 }, { min_confidence: 70 }, "filter.min_confidence"],
  ["no confidence", {}, { min_confidence: 1 }, "filter.min_confidence"],
  ["no confidence, where none is asked for", {}, { min_confidence: undefined }, undefined],
  ["enough confidence", { confidence: 70 }, { min_confidence: 70 }, undefined],
  ["a revoked one", { confidence: 1, revoked: true }, { min_confidence: 70, labels: ["x"] }, undefined],
  [
    "a later version with less",
    { confidence: 1, modified: "2026-05-02T00:00:00Z" },
    { min_confidence: 70 },
    "filter.min_confidence",
  ],
  ["another indicator type", { indicator_types: ["benign"] }, { indicator_types: ["x"] }, "filter.indicator_types"],
  ["the indicator type", { indicator_types: ["x", "Benign"] }, { indicator_types: ["benign"] }, undefined],
  ["no label", {}, { labels: ["apt"] }, "filter.labels"],
  ["a label in other case", { labels: ["APT"] }, { labels: ["apt"] }, undefined],
  ["an empty list", {}, { labels: [], ioc_types: [], exclude: [] }, undefined],
  ["a stricter marking", { object_marking_refs: [green, red] }, { max_tlp: "TLP:AMBER" }, "filter.max_tlp"],
  ["the same marking", { object_marking_refs: [green] }, { max_tlp: "green" }, undefined],
  ["no marking", {}, { max_tlp: "TLP:WHITE" }, undefined],
  ["a marking that is no TLP", { object_marking_refs: [unknown] }, { max_tlp: "amber" }, "filter.max_tlp"],
  ["the same, said to be green", { object_marking_refs: [unknown] }, { max_tlp: "amber", unknown_marking: "green" }, undefined],
  ["the same, said to be none", { object_marking_refs: [unknown] }, { max_tlp: "amber", unknown_marking: "none" }, undefined],
  ["a revoked one under a stricter marking", { revoked: true, object_marking_refs: [red] }, { max_tlp: "amber" }, "filter.max_tlp"],
])("%s", (_, members, section, reason) => {
  expect(reasonFor(indicator(ip("8.8.8.8"), members), section)).toBe(reason);
});

test.each([
  ["the value", ip("8.8.8.8"), ["8.8.8.8"], "filter.exclude"],
  ["the value in another spelling", "[ipv6-addr:value = '2606:4700::1']", ["2606:4700:0:0::1"], "filter.exclude"],
  ["an address in a range", ip("8.8.8.8"), ["8.8.0.1/16"], "filter.exclude"],
  ["an address beside a range", ip("8.9.0.0"), ["8.8.0.0/16"], undefined],
  ["a range in a range", ip("8.8.4.0/24"), ["8.8.0.0/16"], "filter.exclude"],
  ["a range around a range", ip("8.0.0.0/8"), ["8.8.0.0/16"], undefined],
  ["a range of the other kind", "[ipv6-addr:value = '808::1']", ["8.8.0.0/16"], undefined],
  ["a mapped address", "[ipv6-addr:value = '::ffff:8.8.8.8']", ["8.8.0.0/16"], "filter.exclude"],
  ["an IPv6 range", "[ipv6-addr:value = '2606:4700::1']", ["2606:4700::/32"], "filter.exclude"],
  ["a subdomain", domain("a.b.Example.com"), ["*.example.COM"], "filter.exclude"],
  ["the domain itself", domain("example.com"), ["*.example.com"], "filter.exclude"],
  ["a domain that only ends alike", domain("notexample.com"), ["*.example.com"], undefined],
  ["a subdomain of an exact domain", domain("a.example.com"), ["example.com"], undefined],
  ["an international domain", domain("shop.bücher.example"), ["*.xn--bcher-kva.example"], "filter.exclude"],
  ["the host of a URL by domain", url("https://cdn.example.com:8443/x"), ["*.example.com"], "filter.exclude"],
  ["the host of a URL by value", url("https://Example.com/x"), ["example.com"], "filter.exclude"],
  ["the host of a URL by range", url("http://8.8.8.8/x"), ["8.8.8.0/24"], "filter.exclude"],
  ["the host of a URL by IPv6 range", url("http://[2606:4700::1]/"), ["2606:4700::/32"], "filter.exclude"],
  ["the host of a URL with a user", url("https://example.com:x@other.example/"), ["example.com"], undefined],
  ["the host of a URL after a user", url("https://example.com:x@other.example/"), ["other.example"], "filter.exclude"],
  ["the host of a URL in an odd spelling", url("http://0x08080808/"), ["8.8.8.8"], "filter.exclude"],
  ["the international host of a URL", url("https://bücher.example/"), ["*.xn--bcher-kva.example"], "filter.exclude"],
  ["a URL as given", url("https://other.example/A"), ["https://other.example/A"], "filter.exclude"],
  ["a URL in other case", url("https://other.example/A"), ["https://other.example/a"], undefined],
  ["an e-mail address", "[email-addr:value = 'Me@Example.com']", ["me@EXAMPLE.com"], "filter.exclude"],
  ["an e-mail address of a domain", "[email-addr:value = 'me@example.com']", ["*.example.com"], undefined],
  ["a hash", `[file:hashes.MD5 = '${"AB".repeat(16)}']`, ["Ab".repeat(16)], "filter.exclude"],
  ["a CVE", "[vulnerability:name = 'cve-2026-12345']", ["cve-2026-12345"], "filter.exclude"],
])("exclude: %s", (_, pattern, exclude, reason) => {
  expect(reasonFor(indicator(pattern), { exclude })).toBe(reason);
  expect(reasonFor(indicator(pattern, { revoked: true }), { exclude })).toBe(reason);
});

test.each([
  "10.1.2.3",
  "127.0.0.1",
  "169.254.1.1",
  "100.64.0.1",
  "192.0.2.7",
  "198.51.100.7",
  "203.0.113.7",
  "224.0.0.1",
  "0.0.0.0",
  "192.168.0.0/16",
  "240.0.0.0/4",
])("reserved: %s, unless it is wanted", (value) => {
  expect(reasonFor(indicator(ip(value)), {})).toBe("filter.reserved_addresses");
  expect(reasonFor(indicator(ip(value)), { reserved_addresses: "deliver" })).toBeUndefined();
});

test.each(["8.8.8.8", "0.0.0.0/0", "192.0.0.0/8", "192.175.48.1"])("not reserved: %s", (value) => {
  expect(reasonFor(indicator(ip(value)), {})).toBeUndefined();
});

test.each([
  ["::1", "filter.reserved_addresses"],
  ["fe80::1", "filter.reserved_addresses"],
  ["fd00::1", "filter.reserved_addresses"],
  ["2001:db8::1", "filter.reserved_addresses"],
  ["::ffff:10.0.0.1", "filter.reserved_addresses"],
  ["2002:808:808::1", undefined],
  ["2606:4700::1", undefined],
])("IPv6 %s: %s", (value, reason) => {
  expect(reasonFor(indicator(`[ipv6-addr:value = '${value}']`), {})).toBe(reason);
});

test("a URL with a reserved host is held back", () => {
  expect(reasonFor(indicator(url("http://192.168.1.1/login")), {})).toBe("filter.reserved_addresses");
});

test("ioc_types: an indicator without observables is a pattern", () => {
  const unknown = indicator("[mutex:name = 'x']");
  expect(reasonFor(unknown, { ioc_types: ["domain"] })).toBe("filter.ioc_types");
  expect(reasonFor(unknown, { ioc_types: ["pattern"] })).toBeUndefined();
  expect(reasonFor(indicator(ip("8.8.8.8")), { ioc_types: ["domain"] })).toBe("filter.ioc_types");
  expect(reasonFor(indicator(domain("a.example")), { ioc_types: ["domain"] })).toBeUndefined();
});

test("tells the mapping which observables to leave out", () => {
  let seen: MappingContext | undefined;
  const wrapped = createFilter(parseFilterConfig({ exclude: ["8.8.8.8"], ioc_types: ["ipv4"] }))((_, context) => {
    seen = context;
    return { kind: "items", items: [] };
  });
  wrapped(indicator(ip("9.9.9.9")), { collection: "all" });
  const observable = { type: "ipv4", value: "9.9.9.9", path: "ipv4-addr:value", partial: true } as const;
  expect(seen?.collection).toBe("all");
  expect(seen?.keeps?.(observable)).toBe(true);
  expect(seen?.keeps?.({ ...observable, value: "8.8.8.8" })).toBe(false);
  expect(seen?.keeps?.({ ...observable, type: "domain", value: "a.example" })).toBe(false);
});

test("objects that are no indicators pass all but the marking", () => {
  const report = { type: "report", id: "report--1", object_marking_refs: [red] };
  expect(reasonFor(report, { min_confidence: 99, labels: ["x"], ioc_types: ["cve"] })).toBeUndefined();
  expect(reasonFor(report, { max_tlp: "amber" })).toBe("filter.max_tlp");
});

test("the identity changes with every setting, and not with the order of a list", () => {
  const identity = (section: object): string => createFilter(parseFilterConfig(section)).identity;
  const sections = [
    {},
    { min_confidence: 1 },
    { labels: ["a"] },
    { indicator_types: ["a"] },
    { ioc_types: ["cve"] },
    { max_tlp: "red" },
    { unknown_marking: "none" },
    { exclude: ["a"] },
    { reserved_addresses: "deliver" },
  ];
  expect(new Set(sections.map(identity)).size).toBe(sections.length);
  expect(identity({ labels: ["b", "a"] })).toBe(identity({ labels: ["A", "b", "a"] }));
});
