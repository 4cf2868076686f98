import { isIndicator, toMicroseconds, type Mapping } from "@socdefenders/shared";

export interface Selection {
  readonly importExpired: boolean;
  /** Indicators with less, or with none given, are left out. */
  readonly minimumConfidence: number | undefined;
}

/** A mapping that leaves out what the operator does not want, counted by reason. `now` is in epoch milliseconds. */
export function select<Item>(map: Mapping<Item>, { importExpired, minimumConfidence = 0 }: Selection, now: number): Mapping<Item> {
  return (object, context) => {
    if (isIndicator(object)) {
      const until = toMicroseconds(object.valid_until ?? "");
      if (!importExpired && until !== undefined && until <= BigInt(now) * 1000n) return { kind: "skipped", reason: "expired" };
      if ((object.confidence ?? 0) < minimumConfidence) return { kind: "skipped", reason: `confidence below ${minimumConfidence}` };
    }
    return map(object, context);
  };
}
