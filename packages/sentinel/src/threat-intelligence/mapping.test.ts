import { isStixIdentifier, observablesOf, parsePattern, parseStixObject, type Observable } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultLifetimeDays } from "./lifetime.ts";
import {
  createThreatIntelligenceMapping,
  mapThreatIntelligence,
  type ThreatIntelligenceMappingOptions,
  type ThreatIntelligenceObject,
} from "./mapping.ts";

const base = {
  type: "indicator",
  spec_version: "2.1",
  id: "indicator--6f1f3d0a-6a4c-5f0e-8f7b-3f1e7a9d2c58",
  created: "2026-05-16T08:00:00.000Z",
  modified: "2026-05-16T09:30:00.123456Z",
  pattern: "[ipv4-addr:value = '198.51.100.3']",
  pattern_type: "stix",
  valid_from: "2026-05-16T08:00:00.000Z",
};

type Content = Readonly<Record<string, unknown>>;

function mapped(change: Content = {}, options?: ThreatIntelligenceMappingOptions, keeps?: (observable: Observable) => boolean) {
  const parsed = parseStixObject({ ...base, ...change });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const map = options === undefined ? mapThreatIntelligence : createThreatIntelligenceMapping(options);
  return map(parsed.object, { collection: "all", ...(keeps && { keeps }) });
}

function items(change: Content = {}, options?: ThreatIntelligenceMappingOptions): readonly ThreatIntelligenceObject[] {
  const result = mapped(change, options);
  if (result.kind !== "items") throw new Error(result.reason);
  return result.items;
}

const patterns = (change: Content, options?: ThreatIntelligenceMappingOptions): readonly string[] =>
  items(change, options).map(({ pattern }) => pattern);

test("an indicator goes as the feed gave it, unknown properties included, with an end", () => {
  const given = { ...base, confidence: 85, labels: ["x"], revoked: true, x_vendor: { score: 9 } };
  expect(items(given)).toEqual([{ ...given, valid_until: "2026-06-15T08:00:00.000000Z" }]);
});

test("the feed's own end stays, one in the past too: Sentinel then shows the indicator as expired", () => {
  expect(items({ valid_until: "2026-05-17T00:00:00Z" })[0]?.valid_until).toBe("2026-05-17T00:00:00Z");
});

test("an end that is not later than the start is replaced by the type's lifetime, and counted", () => {
  expect(mapped({ valid_until: base.valid_from })).toMatchObject({
    items: [{ valid_until: "2026-06-15T08:00:00.000000Z", x_socdefenders_dropped: ["valid_until"] }],
    withheld: { "valid_until: not later than valid_from; the lifetime of its type stands instead": 1 },
  });
});

test.each([
  ["ipv4", "[ipv4-addr:value = '198.51.100.3']", "2026-06-15"],
  ["domain", "[domain-name:value = 'c2.example']", "2026-08-14"],
  ["md5", "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", "2027-05-16"],
  ["pattern", "[process:name = 'x']", "2026-08-14"],
])("the lifetime of %s counts from valid_from, and is the operator's to change", (type, pattern, end) => {
  expect(items({ pattern })[0]?.valid_until).toBe(`${end}T08:00:00.000000Z`);
  const lifetimeDays = { ...defaultLifetimeDays, [type]: 1 };
  expect(items({ pattern }, { lifetimeDays })[0]?.valid_until).toBe("2026-05-17T08:00:00.000000Z");
});

test("a lifetime beyond the year 9999 ends with it; where nothing can be later, the indicator is skipped with the reason", () => {
  expect(items({ valid_from: "9999-12-30T00:00:00Z" })[0]?.valid_until).toBe("9999-12-31T23:59:59.999999Z");
  expect(mapped({ valid_from: "9999-12-31T23:59:59.999999Z" })).toEqual({
    kind: "skipped",
    reason: "valid_from: no time that a valid_until could be later than",
  });
});

test("a confidence with a fraction is rounded, since the API takes whole numbers", () => {
  expect(items({ confidence: 84.6 })[0]?.confidence).toBe(85);
});

test.each([
  ["[ipv4-addr:value='198.51.100.3']"],
  ["[ domain-name:value = 'C2.Example.COM' ]"],
  ["([file:hashes.sha256 = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'])"],
  ["[file:hashes.MD5 = 'not a hash']"],
  ["[file:name = 'a' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"],
  ["[ipv4-addr:value = '198.51.100.3'] FOLLOWEDBY [domain-name:value = 'a.example']"],
  ["([ipv4-addr:value = '198.51.100.3'] OR [ipv4-addr:value = '198.51.100.4']) WITHIN 300 SECONDS"],
  ["[ipv4-addr:value NOT IN ('198.51.100.3', '198.51.100.4')]"],
  ["[file:hashes.MD5 = 'bad' OR file:hashes.MD5 = 'worse']"],
])("%s stays as it is, under its own id", (pattern) => {
  expect(items({ pattern })).toMatchObject([{ id: base.id, pattern }]);
});

test("what is not STIX stays as it is", () => {
  const yara = { pattern: "rule a { condition: true }", pattern_type: "yara" };
  expect(items(yara)).toMatchObject([{ id: base.id, ...yara }]);
});

test.each([
  [
    "a set",
    "[ipv4-addr:value IN ('198.51.100.3', '198.51.100.4')]",
    ["[ipv4-addr:value = '198.51.100.3']", "[ipv4-addr:value = '198.51.100.4']"],
  ],
  [
    "an OR between observations and inside one",
    "[url:value = 'http://a.example/it\\'s'] OR [domain-name:value = 'A.example' OR email-addr:value = 'b@A.example']",
    ["[url:value = 'http://a.example/it\\'s']", "[domain-name:value = 'a.example']", "[email-addr:value = 'b@a.example']"],
  ],
  [
    "several hashes of one file",
    "[file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E' AND file:hashes.sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    [
      "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
      "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    ],
  ],
  [
    "a range, which stays one",
    "[ipv4-addr:value ISSUBSET '203.0.113.0/28' OR ipv4-addr:value = '198.51.100.3']",
    ["[ipv4-addr:value ISSUBSET '203.0.113.0/28']", "[ipv4-addr:value = '198.51.100.3']"],
  ],
  [
    "a value that reads like an operator",
    "[url:value IN ('http://a.example/ ISSUBSET /', 'http://b.example/ OR ')]",
    ["[url:value = 'http://a.example/ ISSUBSET /']", "[url:value = 'http://b.example/ OR']"],
  ],
  [
    "an AND among alternatives, which stays whole",
    "[domain-name:value = 'a.example'] OR [file:name = 'a' AND file:size = 7]",
    ["[domain-name:value = 'a.example']", "[file:name = 'a' AND file:size = 7]"],
  ],
])("splits %s", (_, pattern, expected) => {
  expect(patterns({ pattern })).toEqual(expected);
  expect(patterns({ pattern }, { compound: "keep" })).toEqual([pattern]);
});

test("split objects keep everything else, end each by its own type, and lead back to their parent by a label", () => {
  const pattern = "[ipv4-addr:value = '198.51.100.3'] OR [domain-name:value = 'a.example']";
  const [address, domain] = items({ pattern, labels: ["cobaltstrike"], revoked: true });
  const same = { ...base, revoked: true, labels: ["cobaltstrike", `derived-from:${base.id}`] };
  expect(address).toEqual({
    ...same,
    id: "indicator--02eb0dec-ecf0-51b1-bc2f-23ac8e860b3b",
    pattern: "[ipv4-addr:value = '198.51.100.3']",
    valid_until: "2026-06-15T08:00:00.000000Z",
  });
  expect(domain).toMatchObject({ pattern: "[domain-name:value = 'a.example']", valid_until: "2026-08-14T08:00:00.000000Z" });
});

test("a value that cannot be what it claims is withheld and counted, the others go", () => {
  const pattern = "[file:hashes.MD5 = 'bad' AND file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']";
  expect(mapped({ pattern })).toMatchObject({
    items: [{ pattern: "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']" }],
    withheld: { "file:hashes.MD5: no observable from a value that is not 32 hexadecimal digits": 1 },
  });
});

test("values that the filter holds back stay out where they stand alone, and it is asked once for each", () => {
  const asked: string[] = [];
  const keeps = ({ value }: Observable): boolean => {
    asked.push(value);
    return value !== "10.0.0.1";
  };
  const pattern =
    "[ipv4-addr:value IN ('10.0.0.1', '198.51.100.3', '10.0.0.1')] OR [ipv4-addr:value = '10.0.0.2' AND ipv4-addr:x = 1]";
  expect(mapped({ pattern }, undefined, keeps)).toMatchObject({
    items: [{ pattern: "[ipv4-addr:value = '198.51.100.3']" }, { pattern: "[ipv4-addr:value = '10.0.0.2' AND ipv4-addr:x = 1]" }],
  });
  expect(asked).toEqual(["10.0.0.1", "198.51.100.3"]);
});

test("a pattern whose copies would fill the memory stays whole", () => {
  const pattern = `[ipv4-addr:value IN (${Array.from({ length: 5000 }, (_, n) => `'10.1.${n >> 8}.${n & 255}'`).join(",")})]`;
  expect(items({ pattern })).toHaveLength(5000);
  expect(items({ pattern, description: "x".repeat(10_000) })).toMatchObject([{ id: base.id, pattern }]);
});

test("other objects are skipped with a reason", () => {
  const identity = { type: "identity", id: "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e" };
  expect(mapThreatIntelligence(identity, { collection: "all" })).toEqual({
    kind: "skipped",
    reason: "identity objects are not sent to Sentinel's threat intelligence",
  });
});

const hex = (length: number) =>
  fc
    .array(fc.nat(15), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(""));
const value = fc.oneof(
  fc.ipV4().map((address) => ({ path: "ipv4-addr:value", value: address })),
  fc.domain().map((name) => ({ path: "domain-name:value", value: name })),
  fc.webUrl().map((url) => ({ path: "url:value", value: url })),
  hex(32).map((digits) => ({ path: "file:hashes.MD5", value: digits })),
  hex(64).map((digits) => ({ path: "file:hashes.'SHA-256'", value: digits })),
);
const comparison = (one: { path: string; value: string }): string => `${one.path} = '${one.value.replace(/[\\']/g, "\\$&")}'`;
const key = ({ type, value: text }: Observable): string => `${type} ${text}`;

test("for any list of alternatives: each value once, alone in its pattern, under an id that only parent and value decide", () => {
  const property = fc.property(fc.array(value, { minLength: 2, maxLength: 12 }), fc.uuid({ version: 4 }), (values, uuid) => {
    const pattern = `[${values.map(comparison).join(" OR ")}]`;
    const expected = parsePattern(pattern);
    if (!expected.valid || expected.logic !== "any") throw new Error(pattern);
    const split = items({ pattern });
    expect(split.flatMap(observablesOf).map(key)).toEqual(expected.observables.map(key));
    for (const { id, pattern: own } of split) {
      expect(isStixIdentifier(id)).toBe(true);
      expect(parsePattern(own)).toMatchObject({ logic: "single", exact: true });
    }
    const ids = new Set(split.map(({ id }) => id));
    expect(ids.size).toBe(split.length);
    // Another order, other brackets, capitals: the same ids. Another parent: none of them.
    const respelled = values.toReversed().map((one) => `[${comparison(one)}]`);
    expect(new Set(items({ pattern: respelled.join(" OR "), modified: "2026-06-01T00:00:00Z" }).map(({ id }) => id))).toEqual(ids);
    const ofOther = items({ pattern, id: `indicator--${uuid}` });
    expect(ofOther.filter(({ id }) => ids.has(id))).toEqual([]);
  });
  fc.assert(property, { numRuns: 200 });
});
