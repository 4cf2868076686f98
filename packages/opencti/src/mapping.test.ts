import { parseStixObject, type StixObject } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { createMapping, map } from "./mapping.ts";
import { author } from "./platform/provenance.ts";

const context = { collection: "soc-defenders-all" };

function indicator(change: Record<string, unknown> = {}): StixObject {
  const parsed = parseStixObject({
    type: "indicator",
    id: "indicator--b104b0ee-9f7a-5f78-b6cc-72d91a5d4328",
    created: "2026-05-16T08:00:00.000Z",
    modified: "2026-05-16T09:30:00.000Z",
    name: "Malicious IPv4",
    pattern: "[ipv4-addr:value = '198.51.100.3']",
    pattern_type: "stix",
    valid_from: "2026-05-16T08:00:00.000Z",
    ...change,
  });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  return parsed.object;
}

function objectsOf(object: StixObject): readonly StixObject[] {
  const mapped = map(object, context);
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  return mapped.items.flatMap(({ objects }) => objects);
}

const subjectOf = (change?: Record<string, unknown>): StixObject | undefined => objectsOf(indicator(change)).at(-1);

describe("ids", () => {
  // Computed with the platform's own Python client (pycti: Indicator, Vulnerability and Identity.generate_id).
  test("are the ones the platform derives itself", () => {
    expect(subjectOf()?.id).toBe("indicator--ed995101-8e77-5431-836d-feb4296682d4");
    expect(subjectOf({ pattern: "[vulnerability:name = 'cve-2026-12345']" })?.id).toBe(
      "vulnerability--3b36ada3-a82f-5732-a225-4f0fc699bf71",
    );
    expect(objectsOf(indicator())[0]?.id).toBe("identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b");
  });

  test("do not hang on how the pattern is spaced", () => {
    expect(subjectOf({ pattern: " [ ipv4-addr:value='198.51.100.3' ] " })).toEqual(subjectOf());
  });

  test("are the same in every call, the bundle's included", () => {
    expect(map(indicator(), context)).toEqual(map(indicator(), context));
  });
});

describe("markings", () => {
  test.each([
    ["bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "34098fce-860f-48ae-8e50-ebd3cc5e41da"],
    ["94868c89-83c2-464b-929b-a1a8aa3c8487", "613f2e26-407d-48c7-9eca-b8e91df99dc9"],
    ["939a9414-2ddd-4d32-a0cd-375ea402b003", "826578e1-40ad-459f-bc73-ede076f81f37"],
    ["e828b379-4e03-4974-9ac4-e53a884c97c1", "5e57c739-391a-4eb3-b6be-7d15ca92d5ed"],
    ["f88d31f6-486f-44da-b317-01333bde0b82", "f88d31f6-486f-44da-b317-01333bde0b82"],
  ])("of TLP %s become OpenCTI's", (given, known) => {
    const objects = objectsOf(indicator({ object_marking_refs: [`marking-definition--${given}`] }));
    expect(objects.map(({ id }) => id)).toContain(`marking-definition--${known}`);
    expect(objects.at(-1)).toMatchObject({ object_marking_refs: [`marking-definition--${known}`] });
  });

  test("the levels TLP 1 lacks are statements with OpenCTI's own properties", () => {
    const objects = objectsOf(indicator({ object_marking_refs: ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"] }));
    expect(objects[1]).toMatchObject({
      definition_type: "statement",
      x_opencti_definition_type: "TLP",
      x_opencti_definition: "TLP:AMBER+STRICT",
    });
  });

  test("that are no TLP count as TLP:RED, and leave no reference to an object that is not there", () => {
    const objects = objectsOf(indicator({ object_marking_refs: ["marking-definition--00000000-0000-4000-8000-000000000000"] }));
    const red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
    expect(objects.map(({ id }) => id)).toEqual([author.id, red, objects.at(-1)!.id]);
    expect(objects.at(-1)).toMatchObject({ object_marking_refs: [red] });
  });
});

describe("indicators", () => {
  test.each([
    ["a single equality", "[domain-name:value = 'c2.example']", "Domain-Name"],
    ["a hash", "[file:hashes.'MD5' = 'd41d8cd98f00b204e9800998ecf8427e']", "StixFile"],
    ["a network", "[ipv4-addr:value = '198.51.100.0/24']", "IPv4-Addr"],
    ["a set", "[ipv6-addr:value IN ('2001:db8::1', '2001:db8::2')]", "IPv6-Addr"],
    ["alternatives of one type", "[url:value = 'https://a.example/'] OR [url:value LIKE 'https://b.example/%']", "Url"],
    ["an AND of one type", "[file:name = 'a.exe' AND file:size > 3]", "StixFile"],
    [
      "several hashes of one file",
      `[file:hashes.MD5 = '${"a".repeat(32)}' AND file:hashes.'SHA-1' = '${"b".repeat(40)}']`,
      "StixFile",
    ],
    ["a hash of the wrong length", "[file:hashes.MD5 = 'abc']", "StixFile"],
    ["an address of traffic", "[network-traffic:dst_ref.value = '198.51.100.3']", "Network-Traffic"],
    ["observations with a qualifier", "([mutex:name = 'a'] FOLLOWEDBY [mutex:name = 'b']) WITHIN 5 SECONDS", "Mutex"],
    ["a type without observables of ours", "[windows-registry-key:key = 'HKLM\\\\x']", "Windows-Registry-Key"],
  ])("know the main observable type of %s", (_, pattern, type) => {
    expect(subjectOf({ pattern })).toMatchObject({ x_opencti_main_observable_type: type });
  });

  test.each([
    ["a pattern that does not parse", { pattern: "[broken" }, "[broken"],
    [
      "a pattern about several types",
      { pattern: "[url:value = 'https://a.example/' OR domain-name:value = 'a.example']" },
      "[url:value = 'https://a.example/' OR domain-name:value = 'a.example']",
    ],
    ["a type OpenCTI does not have", { pattern: "[x-thing:value = 'a']" }, "[x-thing:value = 'a']"],
    ["a pattern of another type", { pattern: " alert tcp any ", pattern_type: "snort" }, "alert tcp any"],
  ])("are sent without a main observable type for %s", (_, change, pattern) => {
    const subject = subjectOf(change);
    expect(subject).toMatchObject({ type: "indicator", pattern });
    expect(subject).not.toHaveProperty("x_opencti_main_observable_type");
  });

  test("get a name the platform takes where the feed gives none", () => {
    expect(subjectOf({ name: "x" })).toMatchObject({ name: "198.51.100.3" });
    expect(subjectOf({ name: undefined, pattern: "[a:b = 'c' AND a:d = 'e']" })).toMatchObject({
      name: "[a:b = 'c' AND a:d = 'e']",
    });
  });

  test("carry confidence as a score, 50 without one, and never as confidence", () => {
    expect(subjectOf({ confidence: 84.6 })).toMatchObject({ x_opencti_score: 85 });
    expect(subjectOf({ confidence: 0 })).toMatchObject({ x_opencti_score: 0 });
    expect(subjectOf()).toMatchObject({ x_opencti_score: 50 });
    expect(subjectOf({ confidence: 85 })).not.toHaveProperty("confidence");
  });

  test("of YARA are about files, as the platform has it", () => {
    const subject = subjectOf({ pattern: " rule x { condition: a = b } ", pattern_type: "yara" });
    expect(subject).toMatchObject({ pattern: "rule x { condition: a = b }", x_opencti_main_observable_type: "StixFile" });
  });

  test("keep valid_until; what ended as it began or before has an end, and is not given a lifetime by the platform", () => {
    expect(subjectOf({ valid_until: "2026-08-14T08:00:00Z" })).toMatchObject({ valid_until: "2026-08-14T08:00:00Z" });
    for (const valid_until of ["2026-05-16T08:00:00.000Z", "2020-01-01T00:00:00Z"])
      expect(subjectOf({ valid_until })).toMatchObject({ valid_until: "2026-05-16T08:00:01.000000Z" });
    expect(subjectOf({ valid_until: "never" })).not.toHaveProperty("valid_until");
  });

  test("revoked in a word are revoked, carried objects too", () => {
    expect(subjectOf({ revoked: "true" })).toMatchObject({ revoked: true });
    const tool = parseStixObject({ type: "tool", id: "tool--b104b0ee-9f7a-4f78-b6cc-72d91a5d4328", name: "nc", revoked: "true" });
    if (tool.kind !== "object") throw new Error(tool.reason);
    expect(objectsOf(tool.object).at(-1)).toMatchObject({ revoked: true });
  });

  test("that are revoked say so without an end, which the platform would believe instead", () => {
    const subject = subjectOf({ valid_until: "2099-01-01T00:00:00Z", revoked: true });
    expect(subject).toMatchObject({ revoked: true });
    expect(subject).not.toHaveProperty("valid_until");
  });

  test("are known by the feed's id too, so that references of other pages find them", () => {
    expect(subjectOf()).toMatchObject({ x_opencti_stix_ids: ["indicator--b104b0ee-9f7a-5f78-b6cc-72d91a5d4328"] });
  });

  test("are marked for detection where the operator says so, unless they are revoked", () => {
    const detecting = createMapping({ detection: true });
    const subjects = [{}, { revoked: true }].map((change) => {
      const mapped = detecting(indicator(change), context);
      return mapped.kind === "items" ? mapped.items[0]?.objects.at(-1)?.["x_opencti_detection"] : mapped;
    });
    expect(subjects).toEqual([true, undefined]);
    expect(subjectOf()).not.toHaveProperty("x_opencti_detection");
  });

  test("carry labels and references that the platform takes", () => {
    const subject = subjectOf({
      labels: ["c2", " ", "c2"],
      external_references: [{ url: "https://example.com/report" }, { source_name: "nothing else" }],
    });
    expect(subject).toMatchObject({
      labels: ["c2"],
      external_references: [{ source_name: "SOC Defenders", url: "https://example.com/report" }],
    });
  });
});

test("a CVE becomes a vulnerability with its reference, never an indicator", () => {
  const objects = objectsOf(indicator({ pattern: "[vulnerability:name = 'cve-2026-12345']", labels: ["exploited"] }));
  expect(objects.map(({ type }) => type)).toEqual(["identity", "vulnerability"]);
  expect(objects[1]).toMatchObject({
    name: "CVE-2026-12345",
    labels: ["exploited"],
    external_references: [{ source_name: "cve", external_id: "CVE-2026-12345" }],
  });
});

test("a list of CVEs becomes those vulnerabilities; a CVE that is only part of a pattern stays an indicator", () => {
  const list = indicator({ pattern: "[vulnerability:name IN ('CVE-2026-12345', 'CVE-2026-12346')]" });
  const names = objectsOf(list).flatMap(({ type, name }) => (type === "vulnerability" ? [name] : []));
  expect(names).toEqual(["CVE-2026-12345", "CVE-2026-12346"]);
  expect(subjectOf({ pattern: "[vulnerability:name = 'CVE-2026-12345' AND vulnerability:x = 1]" })?.type).toBe("indicator");
});

test("a CVE among other alternatives becomes a vulnerability beside the indicator", () => {
  const pattern = "[domain-name:value = 'c2.example' OR vulnerability:name = 'CVE-2026-12345']";
  const objects = objectsOf(indicator({ pattern }));
  expect(objects.map(({ type }) => type).filter((type) => type !== "identity")).toEqual(["vulnerability", "indicator"]);
});

test("a revoked CVE is no word on the vulnerability", () => {
  const revoked = indicator({ pattern: "[vulnerability:name = 'CVE-2026-12345']", revoked: true });
  expect(map(revoked, context)).toEqual({ kind: "skipped", reason: "a revoked CVE leaves the vulnerability as it is" });
});

test("CVEs that the filter holds back are left out", () => {
  const list = indicator({ pattern: "[vulnerability:name IN ('CVE-2026-12345', 'CVE-2026-12346')]" });
  const mapped = map(list, { ...context, keeps: ({ value }) => value === "CVE-2026-12346" });
  expect(mapped).toMatchObject({ items: [{ objects: [{ type: "identity" }, { name: "CVE-2026-12346" }] }] });
});

test("the strictest of all markings counts for the whole object, those of single properties too", () => {
  const red = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
  const green = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da";
  const granular_markings = [{ marking_ref: red, selectors: ["description"] }];
  expect(subjectOf({ object_marking_refs: [green], granular_markings })).toMatchObject({ object_marking_refs: [red] });
});
