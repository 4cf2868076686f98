import { createFilter, isIndicator, parseFilterConfig, parseStixObject, type Indicator } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { map } from "./mapping.ts";

function indicator(pattern: string): Indicator {
  const parsed = parseStixObject({ type: "indicator", id: "indicator--1", valid_from: "2026-05-01T00:00:00Z", pattern });
  if (parsed.kind !== "object" || !isIndicator(parsed.object)) throw new Error("not an indicator");
  return parsed.object;
}

/** Few different ones, so that patterns repeat values and filters meet them. */
const comparison = fc.oneof(
  fc.constantFrom("10.0.0.1", "8.8.8.8", "8.8.4.0/24", "999.1.1.1", "").map((value) => ["ipv4-addr:value", value] as const),
  fc.constantFrom("a.example", "b.test", "").map((value) => ["domain-name:value", value] as const),
  fc.constantFrom("ab".repeat(16), "cd".repeat(16), "ab").map((value) => ["file:hashes.MD5", value] as const),
  fc.constantFrom("https://a.example/x", "https://8.8.8.8/").map((value) => ["url:value", value] as const),
);

const filterSettings = fc.record({
  ioc_types: fc.subarray(["ipv4", "cidr", "domain", "md5", "url", "pattern"]),
  exclude: fc.subarray(["*.example", "8.8.8.0/24", "ab".repeat(16)]),
  reserved_addresses: fc.constantFrom("exclude", "deliver"),
});

test("every value that a compound pattern names is an event, or withheld and counted, or the whole indicator is skipped", () => {
  fc.assert(
    fc.property(fc.array(comparison, { minLength: 1, maxLength: 12 }), filterSettings, (comparisons, settings) => {
      const pattern = comparisons.map(([path, value]) => `[${path} = '${value}']`).join(" OR ");
      const named = new Set(comparisons.map(([path, value]) => `${path} ${value}`)).size;
      const mapped = createFilter(parseFilterConfig(settings))(map)(indicator(pattern), { collection: "all" });
      if (mapped.kind === "skipped") return mapped.reason.startsWith("filter.");
      const events = mapped.items.filter(({ ioc_type }) => ioc_type !== "pattern");
      const withheld = Object.values(mapped.withheld ?? {}).reduce((sum, count) => sum + count, 0);
      expect(events.length + withheld).toBe(named);
      return mapped.items.length > 0;
    }),
    { numRuns: 500 },
  );
});

test("the reasons name the filter, and the path of a value that cannot be what it claims", () => {
  const filter = createFilter(parseFilterConfig({ exclude: ["b.test"] }));
  const pattern = "[ipv4-addr:value IN ('10.0.0.1', '8.8.8.8') OR domain-name:value = 'b.test' OR file:hashes.MD5 = 'ab']";
  expect(filter(map)(indicator(pattern), { collection: "all" })).toMatchObject({
    items: [{ ioc_value: "8.8.8.8" }],
    withheld: {
      "filter.reserved_addresses": 1,
      "filter.exclude": 1,
      "file:hashes.MD5: no observable from a value that is not 32 hexadecimal digits": 1,
    },
  });
});

test("a pattern event stands for a value that is none, and the value is counted all the same", () => {
  expect(map(indicator("[file:hashes.MD5 = 'ab']"), { collection: "all" })).toMatchObject({
    items: [{ ioc_type: "pattern" }],
    withheld: { "file:hashes.MD5: no observable from a value that is not 32 hexadecimal digits": 1 },
  });
});
