import type { FeedRecord } from "./records.ts";

const indicator = (number: number, pattern: string, pattern_type: string, name: string) => ({
  type: "indicator",
  spec_version: "2.1",
  id: `indicator--5d1f3a10-0000-4000-8000-00000000000${number}`,
  created: "2026-05-01T00:00:00.000Z",
  modified: "2026-05-01T00:00:00.000Z",
  name,
  pattern,
  pattern_type,
  valid_from: "2026-05-01T00:00:00.000Z",
});

const objects = [
  indicator(1, "[vulnerability:name = 'CVE-2024-3400']", "stix", "CVE-2024-3400"),
  indicator(2, "[attack-pattern:external_references[*].external_id = 'T1566.001']", "stix", "Spearphishing attachment"),
  indicator(3, 'rule simulated { strings: $a = "simulated" condition: $a }', "yara", "A rule"),
  indicator(4, "T1059", "mitre-attack", "Command and scripting interpreter"),
];

/** Indicators whose patterns are none of STIX's observables, added right after the last record, in one transaction. */
export function unusualRecords(after = "2026-05-01T00:00:00.000000Z"): readonly FeedRecord[] {
  const date_added = `${new Date(Date.parse(after) + 1000).toISOString().slice(0, -1)}000Z`;
  return objects.map((object) => ({ date_added, object }));
}
