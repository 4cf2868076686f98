import ipaddr from "ipaddr.js";
import type { Network } from "./network.ts";

// Named as ipaddr.js names them. Transition ranges (6to4, Teredo, NAT64) and public anycast services carry real traffic: they are not here.
const reservedRanges = new Set<string>([
  "unspecified",
  "broadcast",
  "multicast",
  "linkLocal",
  "loopback",
  "carrierGradeNat",
  "private",
  "reserved",
  "uniqueLocal",
  "deprecatedSiteLocal",
  "discard",
  "benchmarking",
  "deprecatedOrchid",
  "orchid2",
]);

/** Private, loopback, link-local, multicast, documentation and other addresses that are nobody's on the internet. */
export function isReserved({ width, bits, first, last }: Network): boolean {
  // Both ends of a shorter prefix can be reserved with the public internet between them (0.0.0.0/0).
  return bits >= shortestReserved && isReservedAddress(width, first) && (first === last || isReservedAddress(width, last));
}

const shortestReserved = 3;

function isReservedAddress(width: 32 | 128, value: bigint): boolean {
  const digits = value.toString(16).padStart(width / 4, "0");
  return reservedRanges.has(ipaddr.fromByteArray([...Buffer.from(digits, "hex")]).range());
}
