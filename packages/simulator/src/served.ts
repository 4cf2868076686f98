import type { Behaviour, Precision } from "./behaviour.ts";
import type { FeedRecord } from "./records.ts";
import { unusualRecords } from "./unusual.ts";

const digits: Readonly<Record<Precision, number>> = { microsecond: 6, millisecond: 3, second: 0 };

/** A sortable time without the digits that the precision does not keep. */
function coarse(time: string, precision: Precision): string {
  const kept = time.slice(0, "2026-01-01T00:00:00.".length + digits[precision]);
  return `${kept.padEnd("2026-01-01T00:00:00.000000".length, "0")}Z`;
}

/** A time as the precision writes it: `…:00Z`, `…:00.000Z`, `…:00.000000Z`. */
export function written(time: string, precision: Precision): string {
  const fraction = digits[precision] === 0 ? "" : `.${time.slice(20, 20 + digits[precision])}`;
  return `${time.slice(0, 19)}${fraction}Z`;
}

/** What the feed holds at its nth objects request, in its order. */
export function recordsAt(records: readonly FeedRecord[], behaviour: Behaviour, number: number): readonly FeedRecord[] {
  const { reset, resetAtRequest, datePrecision, unusualObjects } = behaviour;
  if (reset === "emptied" && number >= resetAtRequest) return [];
  const held = unusualObjects ? [...records, ...unusualRecords(records.at(-1)?.date_added)] : records;
  const years = reset === "never" || number < resetAtRequest ? 0 : reset === "older-dates" ? -1 : 1;
  if (years === 0 && datePrecision === "microsecond") return held;
  return held.map(({ date_added, object }) => ({ date_added: coarse(shifted(date_added, years), datePrecision), object }));
}

const shifted = (time: string, years: number): string => `${Number(time.slice(0, 4)) + years}${time.slice(4)}`;

/** An object as this feed writes it. */
export function servedObject({ object }: FeedRecord, { indicatorDates, marking }: Behaviour): Readonly<Record<string, unknown>> {
  if (object["type"] !== "indicator") return object;
  const { created, modified, object_marking_refs: recorded, ...rest } = object;
  const dates: Record<Behaviour["indicatorDates"], unknown> = {
    recorded: { created, modified },
    seconds: { created: inSeconds(created), modified: inSeconds(modified) },
    none: {},
  };
  const markings: Record<Behaviour["marking"], unknown> = {
    recorded,
    green: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    unknown: ["marking-definition--0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
    none: undefined,
  };
  return { ...rest, ...(dates[indicatorDates] as object), object_marking_refs: markings[marking] };
}

const inSeconds = (time: unknown): unknown => (typeof time === "string" ? `${time.slice(0, 19)}Z` : time);

/** The feed's own identity as it comes with each page; `now` is the time of the answer. */
export function identityObject({ identityId, identityDates }: Behaviour, now: string): Readonly<Record<string, unknown>> {
  const id = identityId === "uuid" ? "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e" : "identity--socdefenders";
  const created = "2024-01-01T00:00:00.000Z";
  return {
    type: "identity",
    spec_version: "2.1",
    id,
    ...(identityDates !== "none" && { created, modified: identityDates === "fixed" ? created : now }),
    name: "SOC Defenders",
    identity_class: "organization",
  };
}
