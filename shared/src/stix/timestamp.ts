const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Microseconds since 1970 of an RFC 3339 time, or undefined where the text is none. Digits beyond the sixth are cut. `Date` is not
 * used for the fraction because it drops the microseconds, and with them objects (TAXII 2.1 §2 demands six digits).
 */
export function toMicroseconds(text: string): bigint | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] = match;
  const seconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * 60 * (sign === "-" ? -1 : 1);
  return BigInt(seconds - offset) * 1_000_000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

/** The time as TAXII 2.1 §2 writes it: `YYYY-MM-DDTHH:MM:SS.ssssssZ`. */
export function fromMicroseconds(microseconds: bigint): string {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((microseconds - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${fraction.toString().padStart(6, "0")}Z`;
}

/** Epoch seconds with up to six decimals, as the HTTP Event Collector takes them; undefined where the text is no time. */
export function toEpochSeconds(text: string): number | undefined {
  const microseconds = toMicroseconds(text);
  return microseconds === undefined ? undefined : Number(microseconds) / 1_000_000;
}
