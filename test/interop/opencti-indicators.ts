import { map, type OpenctiBundle } from "@socdefenders/opencti";
import { parseStixObject } from "@socdefenders/shared";
import type { FeedRecord } from "@socdefenders/simulator";

/** What the connector makes of one indicator an address. */
export function toBundles(addresses: readonly string[], members: Readonly<Record<string, unknown>> = {}): readonly OpenctiBundle[] {
  return addresses.flatMap((address, index) => {
    const parsed = parseStixObject({
      type: "indicator",
      id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      pattern: `[ipv4-addr:value = '${address}']`,
      valid_from: "2026-05-16T08:00:00.000Z",
      object_marking_refs: ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
      ...members,
    });
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : parsed;
    if (mapped.kind !== "items") throw new Error(mapped.reason);
    return mapped.items;
  });
}

/** So many different addresses, from a number on. */
export function addresses(count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  });
}

/** How many indicators and vulnerabilities an undisturbed delivery of these records has, each counted once. */
export function countMapped(records: readonly FeedRecord[]): number {
  const objects = records.flatMap(({ object }) => {
    const parsed = parseStixObject(object);
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : undefined;
    return mapped?.kind === "items" ? mapped.items.flatMap((item) => item.objects) : [];
  });
  return new Set(objects.filter(({ type }) => type === "indicator" || type === "vulnerability").map(({ id }) => id)).size;
}
