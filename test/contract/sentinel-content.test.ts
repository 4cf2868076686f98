import { mapThreatIntelligence } from "@socdefenders/sentinel";
import { parseStixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { entityIdentifiers, techniquesByTactic } from "./kusto/attack.ts";
import { compile, huntingQueries, parsers, rules, type AnalyticRule } from "./kusto/content.ts";
import { tables } from "./kusto/tables.ts";

const all = [...rules, ...huntingQueries];

test.each(parsers)("%s compiles", (_, { FunctionQuery }) => {
  expect(compile(FunctionQuery).problems).toEqual([]);
});

test.each(all)("%s compiles", (_, { query }) => {
  expect(compile(query).problems).toEqual([]);
});

test("the parser has every column of ThreatIntelIndicators with its type, and the tables do not", () => {
  const { columns } = compile("SOCDefendersIndicators");
  const { _SubscriptionId, _BilledSize, _IsBillable, ...documented } = tables["ThreatIntelIndicators"] ?? {};
  expect(columns).toMatchObject(documented);
  expect(compile("SOCDefendersIndicators_CL").columns).not.toMatchObject(documented);
});

// The shape of Microsoft's own rules (Azure-Sentinel, Solutions/Threat Intelligence (NEW)), in words of our own.
const microsoftShape = (source: string): string => `
  let Domains = ${source}
    | where TimeGenerated >= ago(14d) and tostring(split(ObservableKey, ":")[0]) == "domain-name"
    | summarize LatestIndicatorTime = arg_max(TimeGenerated, *) by Id, ObservableValue
    | where IsActive and not(IsDeleted) and (ValidUntil > now() or isempty(ValidUntil))
    | extend DomainName = tolower(ObservableValue), Level = tostring(AdditionalFields.TLPLevel), Description = tostring(Data.description);
  Domains
  | project-reorder *, IsActive, Tags, DomainName, Type
  | join kind=innerunique (DnsEvents | extend DNS_TimeGenerated = TimeGenerated) on $left.DomainName == $right.Name
  | where DNS_TimeGenerated < ValidUntil
  | summarize arg_max(DNS_TimeGenerated, *) by Id, Name
  | project DNS_TimeGenerated, Id, ValidUntil, Confidence, Tags, WorkspaceId, Description, Level, Computer, ClientIP`;

test("a rule of Microsoft's shape works over the parser by changing one word", () => {
  const original = compile(microsoftShape("ThreatIntelIndicators"));
  const changed = compile(microsoftShape("SOCDefendersIndicators"));
  expect(changed).toEqual({ problems: [], columns: original.columns });
  expect(compile(microsoftShape("SOCDefendersIndicators_CL")).problems).not.toEqual([]);
});

test.each(rules)("%s has what the template schema of Sentinel asks for", (_, rule) => {
  expect(Object.keys(rule).toSorted()).toEqual(allKeys(rule).toSorted());
  expect(rule.kind).toBe("Scheduled");
  expect(rule.severity).toMatch(/^(?:Informational|Low|Medium|High)$/);
  expect(rule.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(rule.name.length).toBeLessThanOrEqual(80);
  expect(rule.query.length).toBeLessThanOrEqual(10_000);
  expect(rule.triggerOperator).toBe("gt");
  expect(rule.triggerThreshold).toBe(0);
});

function allKeys(rule: AnalyticRule): string[] {
  const always =
    "id name description severity status requiredDataConnectors queryFrequency queryPeriod triggerOperator triggerThreshold";
  const more =
    "tactics relevantTechniques query customDetails alertDetailsOverride eventGroupingSettings incidentConfiguration version kind";
  return [...`${always} ${more}`.split(" "), ...(rule.entityMappings === undefined ? [] : ["entityMappings"])];
}

// The platform takes 5 minutes to 14 days for both, and at least an hour between runs that look back two days or more.
test.each(rules)("%s looks back no further than a scheduled rule may", (_, { queryFrequency, queryPeriod }) => {
  const [frequency, period] = [minutes(queryFrequency), minutes(queryPeriod)];
  expect(frequency).toBeGreaterThanOrEqual(period >= 2 * 1440 ? 60 : 5);
  expect(period).toBeGreaterThanOrEqual(frequency);
  expect(period).toBeLessThanOrEqual(14 * 1440);
});

/** Of every `ago(…)` in a rule: what it reaches beyond its period is cut off without a word. */
test.each(rules)("%s asks for nothing before its period", (_, { query, queryPeriod }) => {
  const asked = [...query.matchAll(/(?:ago\(|= )(\d+[mhd])\b/g)].map(([, duration = ""]) => minutes(duration));
  expect(Math.max(0, ...asked)).toBeLessThanOrEqual(minutes(queryPeriod));
});

function minutes(duration: string): number {
  const [, amount, unit] = /^(\d+)([mhd])$/.exec(duration) ?? [];
  const inMinutes = new Map([
    ["m", 1],
    ["h", 60],
    ["d", 1440],
  ]).get(unit ?? "");
  if (inMinutes === undefined) throw new Error(`${duration} is no duration`);
  return Number(amount) * inMinutes;
}

test.each(all)("%s maps entities and details from columns that the query has", (_, { query, entityMappings = [], ...content }) => {
  const { columns } = compile(query);
  const { customDetails: details = {} } = content as Partial<AnalyticRule>;
  const fields = entityMappings.flatMap(({ fieldMappings }) => fieldMappings.map(({ columnName }) => columnName));
  expect(Object.keys(columns)).toEqual(expect.arrayContaining([...fields, ...Object.values(details)]));
  expect(Object.keys(details).filter((name) => !/^[a-zA-Z]\w{0,19}$/.test(name))).toEqual([]);
  expect(Object.keys(details).length).toBeLessThanOrEqual(20);
});

test.each(all)("%s maps entities by identifiers that Sentinel knows, and enough of them", (_, { entityMappings = [] }) => {
  expect(entityMappings.length).toBeLessThanOrEqual(5);
  for (const { entityType, fieldMappings } of entityMappings) {
    const known = entityIdentifiers[entityType];
    const names = fieldMappings.map(({ identifier }) => identifier);
    expect(known?.all).toEqual(expect.arrayContaining(names));
    expect(known?.required.some((set) => set.every((name) => names.includes(name)))).toBe(true);
    expect(names.length).toBeLessThanOrEqual(3);
  }
});

test.each(rules)("%s overrides alert texts with columns that the query has, and no more than three in each", (_, rule) => {
  const { alertSeverityColumnName = [], ...formats } = rule.alertDetailsOverride;
  const columns = Object.keys(compile(rule.query).columns);
  expect(columns).toEqual(expect.arrayContaining([alertSeverityColumnName].flat()));
  for (const format of Object.values(formats)) {
    const named = [...format.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect(columns).toEqual(expect.arrayContaining(named));
    expect(named.length).toBeLessThanOrEqual(3);
  }
});

test.each(all)("%s names tactics and techniques of ATT&CK that belong together", (_, { tactics, relevantTechniques }) => {
  expect(Object.keys(techniquesByTactic)).toEqual(expect.arrayContaining([...tactics]));
  const possible = tactics.flatMap((tactic) => techniquesByTactic[tactic] ?? []);
  expect(possible).toEqual(expect.arrayContaining([...relevantTechniques]));
});

test.each(all)("%s names the data types it reads", (_, { query, requiredDataConnectors }) => {
  const named = requiredDataConnectors.flatMap(({ dataTypes }) => dataTypes);
  expect(requiredDataConnectors[0]?.connectorId).toBe("SOCDefenders");
  expect(named.filter((type) => !(type in tables))).toEqual([]);
  expect(named.slice(1).filter((type) => !query.includes(type))).toEqual([]);
});

test("every id is a version 4 GUID, and no two are the same", () => {
  const ids = [...parsers, ...all].map(([, { id }]) => id);
  expect(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test("rules compare URLs by the same key as the values they match with", () => {
  const keys = [...parsers.map(([, { FunctionQuery }]) => FunctionQuery), ...all.map(([, { query }]) => query)].flatMap((text) =>
    [...text.matchAll(/let UrlKey = [\s\S]*?\n\};/g)].map(([definition]) => definition),
  );
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test("a type ends after as many days in the parser as in the threat-intelligence destination", () => {
  const query = parsers.find(([file]) => file === "SOCDefendersIndicators.yaml")?.[1].FunctionQuery ?? "";
  const cases = [...query.matchAll(/IocType in \(([^)]*)\), (\d+)d/g)].flatMap(([, types = "", days]) =>
    [...types.matchAll(/"(\w+)"/g)].map(([, type = ""]) => [type, Number(days)] as const),
  );
  const other = Number(/\n\s+(\d+)d\)\)/.exec(query)?.[1]);
  const inParser = new Map(cases);
  const compared = Object.entries(patterns).map(([type]) => [type, inParser.get(type) ?? other]);
  expect(compared).toEqual(Object.entries(patterns).map(([type, pattern]) => [type, daysInStore(pattern)]));
});

const patterns = {
  ipv4: "[ipv4-addr:value = '8.8.8.8']",
  ipv6: "[ipv6-addr:value = '2a00::7']",
  cidr: "[ipv4-addr:value = '8.8.8.0/24']",
  domain: "[domain-name:value = 'bad.example']",
  url: "[url:value = 'http://bad.example/']",
  email: "[email-addr:value = 'a@bad.example']",
  md5: `[file:hashes.MD5 = '${"a".repeat(32)}']`,
  sha1: `[file:hashes.'SHA-1' = '${"a".repeat(40)}']`,
  sha256: `[file:hashes.'SHA-256' = '${"a".repeat(64)}']`,
  sha512: `[file:hashes.'SHA-512' = '${"a".repeat(128)}']`,
  cve: "[vulnerability:name = 'CVE-2026-0001']",
  pattern: "[mutex:name = 'one']",
};

/** Days that the other destination adds to an indicator without an end. */
function daysInStore(pattern: string): number {
  const times = {
    created: "2026-01-01T00:00:00.000Z",
    modified: "2026-01-01T00:00:00.000Z",
    valid_from: "2026-01-01T00:00:00.000Z",
  };
  const id = "indicator--00000000-0000-4000-8000-000000000001";
  const parsed = parseStixObject({ type: "indicator", spec_version: "2.1", id, ...times, pattern, pattern_type: "stix" });
  const mapped = parsed.kind === "object" ? mapThreatIntelligence(parsed.object, { collection: "one" }) : undefined;
  const [item] = mapped?.kind === "items" ? mapped.items : [];
  return (Date.parse(item?.valid_until ?? "") - Date.parse(times.valid_from)) / 86_400_000;
}
