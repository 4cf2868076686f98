import { isIndicator, toMicroseconds, type Mapping } from "@socdefenders/shared";

/** A mapping that leaves out indicators that expired before `now` (epoch milliseconds), counted under `expired`. */
export function withoutExpired<Item>(map: Mapping<Item>, now: number): Mapping<Item> {
  return (object, context) => {
    const until = isIndicator(object) ? toMicroseconds(object.valid_until ?? "") : undefined;
    return until !== undefined && until <= BigInt(now) * 1000n ? { kind: "skipped", reason: "expired" } : map(object, context);
  };
}
