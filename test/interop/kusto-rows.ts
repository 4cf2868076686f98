import { parseStixObject } from "@socdefenders/shared";
import { map, type SentinelRow } from "@socdefenders/sentinel";
import type { Row } from "./kusto-engine.ts";

/** An indicator by its number; the same number is the same indicator, in whatever version. */
export interface Told {
  readonly number: number;
  readonly pattern: string;
  readonly modified?: string;
  readonly revoked?: boolean;
  readonly valid_from?: string;
  readonly valid_until?: string;
  readonly confidence?: number;
  readonly labels?: readonly string[];
}

const started = Date.now();

/** A time before now, without its zone, as the engine takes it. */
export function ago(amount: number, unit: "minutes" | "days"): string {
  return new Date(started - amount * (unit === "days" ? 86_400_000 : 60_000)).toISOString().slice(0, -1);
}

export function identifier(number: number): string {
  return `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** The rows that the connector sends for an indicator, arrived at a time: what the rule's transformation makes of `TimeGenerated`. */
export function delivered(told: Told, arrived = ago(30, "minutes"), collection = "one"): Row[] {
  const parsed = parseStixObject(indicator(told));
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const mapped = map(parsed.object, { collection });
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  return mapped.items.map((row) => ({
    ...withoutZones(row),
    TimeGenerated: arrived,
    TenantId: "workspace",
    Type: "SOCDefendersIndicators_CL",
  }));
}

/** The row that the threat-intelligence store keeps of an indicator with one observable. */
export function stored({ number, ...told }: Told, key: string, value: string, row: Row = {}): Row {
  const { modified, valid_from, valid_until, ...data } = indicator({ number, ...told });
  const times = { Modified: plain(modified), ValidFrom: plain(valid_from), ValidUntil: plain(valid_until ?? ago(-90, "days")) };
  const flags = { IsDeleted: false, IsActive: true, Revoked: told.revoked ?? false };
  const names = {
    Id: identifier(number),
    SourceSystem: "SOC Defenders",
    ObservableKey: key,
    ObservableValue: value,
    Pattern: told.pattern,
  };
  return {
    TimeGenerated: ago(10, "minutes"),
    Tags: JSON.stringify(told.labels ?? []),
    ...times,
    ...flags,
    ...names,
    Data: data,
    AdditionalFields: {},
    ...row,
  };
}

function indicator({ number, ...told }: Told): Told & Readonly<Record<"id" | "modified" | "valid_from", string>> & Row {
  const times = { created: "2026-01-01T00:00:00.000Z", modified: "2026-01-01T00:00:00.000Z", valid_from: `${ago(1, "days")}Z` };
  const fixed = { type: "indicator", spec_version: "2.1", id: identifier(number), pattern_type: "stix", number };
  return { ...fixed, ...times, confidence: 70, ...told };
}

function withoutZones(row: SentinelRow): Row {
  const times = ["ValidFrom", "ValidUntil", "Created", "Modified"] as const;
  return { ...row, ...Object.fromEntries(times.map((name) => [name, row[name] === undefined ? undefined : plain(row[name])])) };
}

function plain(time: string): string {
  return time.replace(/Z$/, "");
}
