import { isIndicator, toMicroseconds, type Mapping, type StixObject } from "@socdefenders/shared";
import { textOf } from "./shared-properties.ts";

/**
 * A mapping that leaves out indicators that have expired by `now` (epoch milliseconds), counted under `expired`. A revoked one passes,
 * whenever it ended: the platform must hear that it no longer counts.
 */
export function withoutExpired<Item>(map: Mapping<Item>, now: () => number): Mapping<Item> {
  const isExpired = (object: StixObject): boolean => {
    if (!isIndicator(object) || object.revoked === true) return false;
    const until = toMicroseconds(object.valid_until ?? textOf(object["x_socdefenders_ended"]) ?? "");
    return until !== undefined && until <= BigInt(now()) * 1000n;
  };
  return (object, context) => (isExpired(object) ? { kind: "skipped", reason: "expired" } : map(object, context));
}
