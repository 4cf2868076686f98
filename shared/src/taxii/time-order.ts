import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";

// Times of a walk are RFC 3339 strings, checked where they come in; they stay the server's own and are compared as microseconds.
const microseconds = (time: string): bigint => toMicroseconds(time) ?? 0n;

export function isBefore(time: string, other: string): boolean {
  return microseconds(time) < microseconds(other);
}

export function earlierOf(time: string, other: string): string {
  return isBefore(other, time) ? other : time;
}

export function laterOf(time: string, other: string): string {
  return isBefore(time, other) ? other : time;
}

/** The time so many microseconds earlier, as TAXII 2.1 §2 writes it. */
export function backBy(time: string, difference: bigint): string {
  return fromMicroseconds(microseconds(time) - difference);
}
