import fc from "fast-check";
import { expect, test } from "vitest";
import { execute, type Row } from "./kusto-engine.ts";
import { ago, delivered, identifier, stored, type Told } from "./kusto-rows.ts";

const domain = (number: number, name: string, more: Partial<Told> = {}): Told => ({
  number,
  pattern: `[domain-name:value = '${name}']`,
  ...more,
});
const older = "2026-01-01T00:00:00.000Z";
const newer = "2026-02-01T00:00:00.000Z";

/** What the parser shows, as `number value` with the columns that are asked for. */
async function shown(
  rows: readonly Row[],
  columns = "",
  store: readonly Row[] = [],
  of = "SOCDefendersIndicators",
): Promise<unknown[]> {
  const tables = { SOCDefendersIndicators_CL: rows, ThreatIntelIndicators: store };
  const [result = []] = await execute(tables, [`${of} | project ObservableValue${columns} | order by ObservableValue asc`]);
  return result.map((row) => Object.values(row)).map((values) => (values.length === 1 ? values[0] : values));
}

test("a page that came twice, and an indicator of two collections, are shown once", async () => {
  const one = domain(1, "one.example");
  const rows = [delivered(one), delivered(one, ago(20, "minutes")), delivered(one, ago(10, "minutes"), "two")].flat();
  expect(await shown([...rows, ...delivered(domain(2, "two.example"))])).toEqual(["one.example", "two.example"]);
});

test("a newer version replaces all values of the older one, in whatever order they came", async () => {
  const before = domain(1, "old.example", { modified: older, pattern: "[domain-name:value IN ('old.example', 'kept.example')]" });
  const after = domain(1, "new.example", { modified: newer, pattern: "[domain-name:value IN ('new.example', 'kept.example')]" });
  expect(await shown([...delivered(before), ...delivered(after)])).toEqual(["kept.example", "new.example"]);
  const late = [...delivered(after, ago(20, "minutes")), ...delivered(before, ago(5, "minutes"))];
  expect(await shown(late)).toEqual(["kept.example", "new.example"]);
});

test("a newer version of another type leaves nothing of the older one, even where only the old type is asked for", async () => {
  const rows = [
    ...delivered(domain(1, "old.example", { modified: older })),
    ...delivered({ number: 1, modified: newer, pattern: "[ipv4-addr:value = '198.51.100.1']" }),
  ];
  expect(await shown(rows, ", IocType | where IocType == 'domain'")).toEqual([]);
});

test("a revoked indicator is not active, and of two rows of one version the revoked one counts", async () => {
  const rows = [
    ...delivered(domain(1, "one.example", { modified: older })),
    ...delivered(domain(1, "one.example", { modified: newer, revoked: true })),
    ...delivered(domain(2, "two.example", { revoked: true })),
    ...delivered(domain(2, "two.example"), ago(1, "minutes")),
    ...delivered(domain(3, "three.example")),
  ];
  const expected = [
    ["one.example", true, false],
    ["three.example", false, true],
    ["two.example", true, false],
  ];
  expect(await shown(rows, ", Revoked, IsActive")).toEqual(expected);
});

test("an indicator ends when the feed says so, else when its type does", async () => {
  const rows = [
    ...delivered(domain(1, "over.example", { valid_until: `${ago(1, "minutes")}Z` })),
    ...delivered(domain(2, "young.example", { valid_from: `${ago(89, "days")}Z` })),
    ...delivered(domain(3, "old.example", { valid_from: `${ago(91, "days")}Z` })),
    ...delivered({ number: 4, pattern: "[ipv4-addr:value = '198.51.100.1']", valid_from: `${ago(31, "days")}Z` }),
    ...delivered({ number: 5, pattern: `[file:hashes.MD5 = '${"a".repeat(32)}']`, valid_from: `${ago(364, "days")}Z` }),
  ];
  const active = await shown(rows, ", IsActive | where IsActive | project ObservableValue");
  expect(active).toEqual(["a".repeat(32), "young.example"]);
});

test("of an indicator in both destinations the row of the custom table is shown, and what only the store has is shown too", async () => {
  const store = [
    stored(domain(1, "one.example"), "domain-name:value", "one.example"),
    stored(domain(2, "two.example"), "domain-name:value", "two.example"),
    stored(domain(3, "other.example"), "domain-name:value", "other.example", { SourceSystem: "Someone else" }),
    stored(domain(4, "gone.example"), "domain-name:value", "gone.example", { IsDeleted: true }),
  ];
  const expected = [
    ["gone.example", "", false],
    ["one.example", "one", true],
    ["two.example", "", true],
  ];
  expect(await shown(delivered(domain(1, "one.example")), ", Collection, IsActive", store)).toEqual(expected);
});

test("the store's objects of a compound pattern count as the indicator they were made of", async () => {
  const both = domain(1, "", { pattern: "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']" });
  const labelled = { number: 2, pattern: "[domain-name:value = 'a.example']", labels: ["c2", `derived-from:${identifier(1)}`] };
  const derived = stored(labelled, "domain-name:value", "a.example");
  expect(await shown(delivered(both), ", Id", [derived])).toEqual([
    ["a.example", identifier(1)],
    ["b.example", identifier(1)],
  ]);
  const gone = delivered(domain(1, "c.example", { modified: newer }));
  expect(await shown(gone, "", [derived])).toEqual(["c.example"]);
});

test("what rules match with is one row a value: whole, active, not allowed, of the highest confidence", async () => {
  const rows = [
    ...delivered(domain(1, "one.example", { confidence: 20 })),
    ...delivered(domain(2, "ONE.example", { confidence: 90 })),
    ...delivered(
      domain(3, "part.example", { pattern: "[domain-name:value = 'part.example'] AND [url:value = 'http://part.example/']" }),
    ),
    ...delivered(domain(4, "allowed.example")),
    ...delivered(domain(5, "later.example", { valid_from: `${ago(-1, "days")}Z` })),
    ...delivered({ number: 6, pattern: "[url:value = 'HTTP://Host.example:80/Path/?q=1#part']" }),
  ];
  const allowed = [{ WatchlistAlias: "SOCDefendersAllowed", SearchKey: "Allowed.example" }];
  const query = "SOCDefendersObservables | project Value, IndicatorId, Indicators, Severity | order by Value asc";
  const [result] = await execute({ SOCDefendersIndicators_CL: rows, Watchlist: allowed }, [query]);
  expect(result).toEqual([
    { Value: "host.example/path/?q=1", IndicatorId: identifier(6), Indicators: 1, Severity: "Medium" },
    { Value: "one.example", IndicatorId: identifier(2), Indicators: 2, Severity: "High" },
  ]);
});

test("whatever is delivered in whatever order and however often, the newest versions are shown, each value once", async () => {
  const version = fc.record({
    number: fc.integer({ min: 1, max: 4 }),
    version: fc.integer({ min: 1, max: 3 }),
    arrived: fc.integer({ min: 1, max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 30 }), async (deliveries) => {
      const rows = deliveries.flatMap(({ number, version: is, arrived }) =>
        delivered(
          domain(number, "", { modified: `2026-01-0${is}T00:00:00.000Z`, pattern: valuesOf(number, is) }),
          ago(arrived, "minutes"),
        ),
      );
      const newest = new Map<number, number>();
      for (const { number, version: is } of deliveries) newest.set(number, Math.max(is, newest.get(number) ?? 0));
      const expected = [...newest].flatMap(([number, is]) => [`${number}-${is}.example`, `${number}-${is % 2}.both.example`]);
      expect(await shown(rows)).toEqual(expected.toSorted());
    }),
    { numRuns: 8 },
  );
}, 120_000);

/** Two values, one of which another version may share. */
function valuesOf(number: number, version: number): string {
  return `[domain-name:value IN ('${number}-${version}.example', '${number}-${version % 2}.both.example')]`;
}
