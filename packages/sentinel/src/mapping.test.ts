import { parseStixObject, type StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { columns, map, type SentinelRow } from "./mapping.ts";
import { mapThreatIntelligence } from "./threat-intelligence/mapping.ts";

const context = { collection: "all" };

const indicator = (change: Record<string, unknown> = {}): StixObject => {
  const time = "2026-05-16T08:00:00.123456Z";
  const parsed = parseStixObject({
    type: "indicator",
    id: "indicator--4cf20155-21aa-5816-b3e5-d855b43094eb",
    created: time,
    modified: time,
    valid_from: time,
    pattern: "[ipv4-addr:value = '198.51.100.3']",
    pattern_type: "stix",
    ...change,
  });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  return parsed.object;
};

function rowsOf(object: StixObject): readonly SentinelRow[] {
  const mapped = map(object, context);
  return mapped.kind === "items" ? mapped.items : [];
}

test("an indicator without observable is one row with empty observable columns", () => {
  expect(rowsOf(indicator({ pattern: "alert tcp any any -> any any", pattern_type: "snort" }))).toMatchObject([
    { IocType: "pattern", ObservableKey: "", ObservableValue: "", Partial: false },
  ]);
});

test("a revoked indicator is not active; dates keep their digits", () => {
  expect(rowsOf(indicator({ revoked: true }))).toMatchObject([
    { Revoked: true, IsActive: false, ValidFrom: "2026-05-16T08:00:00.123456Z" },
  ]);
});

test("every column of a row is declared", () => {
  const [row = {}] = rowsOf(indicator({ name: "n", description: "d", confidence: 1, valid_until: "2027-01-01T00:00:00Z" }));
  expect(Object.keys(row).toSorted()).toEqual(Object.keys(columns).toSorted());
});

const isJsonOf: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  real: (value) => typeof value === "number",
  datetime: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(value),
  dynamic: (value) => Array.isArray(value),
};

test("every value is of its column's type as JSON has it", () => {
  const [row] = rowsOf(
    indicator({ name: "n", description: "d", confidence: 55, valid_until: "2027-01-01T00:00:00Z", labels: ["l"] }),
  );
  const values = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
  const wrong = Object.entries(columns).filter(([column, type]) => isJsonOf[type]?.(values[column]) !== true);
  // The object has no marking.
  expect(wrong).toEqual([["Tlp", "string"]]);
});

test("a long text costs no indicator: what explains is cut visibly and counted, what is compared stays whole", () => {
  const long = "é".repeat(40_000);
  const mapped = map(indicator({ name: long, description: long, labels: Array(2000).fill("a".repeat(99)) }), context);
  expect(mapped).toMatchObject({
    items: [{ ObservableValue: "198.51.100.3", Name: expect.stringMatching(/^é+…$/) as string }],
    withheld: {
      "Name: the end is cut off, too long for the table": 1,
      "Description: the end is cut off, too long for the table": 1,
      "Tags: the end is cut off, too long for the table": 1,
    },
  });
});

test("a long list keeps a row for each value; the pattern in it is cut and ends so that nobody takes it for whole", () => {
  const pattern = `[${Array.from({ length: 2000 }, (_, place) => `domain-name:value = 'a${place}.example'`).join(" OR ")}]`;
  const mapped = map(indicator({ pattern }), context);
  const items = mapped.kind === "items" ? mapped.items : [];
  expect(items.length).toBe(2000);
  expect(items.every(({ Pattern }) => Pattern.endsWith("…") && Pattern.length < 64_000)).toBe(true);
  expect(mapped).toMatchObject({ withheld: { "Pattern: the end is cut off, too long for the table": 1 } });
});

test("a pattern that is all a row has stays whole, for the sink to refuse", () => {
  const pattern = `alert ${"x".repeat(70_000)}`;
  expect(rowsOf(indicator({ pattern, pattern_type: "snort" }))).toMatchObject([{ Pattern: pattern }]);
});

test("an end before the first year that Azure knows stays an end", () => {
  const early = { valid_from: "0000-01-01T00:00:00Z", valid_until: "0000-01-02T00:00:00Z" };
  expect(rowsOf(indicator(early))).toMatchObject([{ ValidUntil: "0001-01-01T00:00:00Z" }]);
});

test("objects that are no indicators are skipped with a reason", () => {
  expect(map({ type: "identity", id: "identity--1" }, context)).toEqual({
    kind: "skipped",
    reason: "identity objects are not sent to Sentinel",
  });
  expect(mapThreatIntelligence({ type: "identity", id: "identity--1" }, context).kind).toBe("skipped");
});

test.each([
  ["[ipv4-addr:value = '198.51.100.3']", "2026-06-15T08:00:00.123456Z"],
  ["[domain-name:value = 'a.example']", "2026-08-14T08:00:00.123456Z"],
  ["[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", "2027-05-16T08:00:00.123456Z"],
  ["[x-unknown:value = 'a']", "2026-08-14T08:00:00.123456Z"],
])("threat intelligence: %s is valid until %s", (pattern, validUntil) => {
  const mapped = mapThreatIntelligence(indicator({ pattern, x_score: 7 }), context);
  expect(mapped).toMatchObject({
    items: [{ pattern, x_score: 7, valid_until: validUntil, modified: "2026-05-16T08:00:00.123456Z" }],
  });
});

test("threat intelligence keeps the end the feed gave, and counts from the other dates where valid_from is none", () => {
  expect(mapThreatIntelligence(indicator({ valid_until: "2026-05-17T00:00:00Z" }), context)).toMatchObject({
    items: [{ valid_until: "2026-05-17T00:00:00Z" }],
  });
  expect(mapThreatIntelligence(indicator({ valid_from: "yesterday" }), context)).toMatchObject({
    items: [{ valid_until: expect.stringMatching(/^2026-/), x_socdefenders_synthesised: expect.arrayContaining(["valid_from"]) }],
  });
});

test("of a pattern with more values than become rows the rest is counted, in both destinations", () => {
  const values = Array.from({ length: 5000 }, (_, number) => `'h${number}.example'`);
  const object = indicator({ pattern: `[domain-name:value IN (${values.join(",")})]` });
  const mapped = map(object, context);
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  expect(mapped.items).toHaveLength(2048);
  expect(mapped.withheld).toMatchObject({ "more than 2048 observables: the rest are left out": 2952 });
  expect(mapThreatIntelligence(object, context)).toMatchObject({ items: { length: 5000 } });
});
