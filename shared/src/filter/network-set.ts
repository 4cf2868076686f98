import type { Network } from "./network.ts";

/** Whether an address or a range lies wholly inside one of a set's ranges. */
export type ContainsNetwork = (network: Network) => boolean;

/** A set of ranges: one hash set for each prefix length that occurs, so a look-up costs at most one probe a length. */
export function createNetworkSet(ranges: Iterable<Network>): ContainsNetwork {
  const prefixes: Readonly<Record<32 | 128, Map<number, Set<bigint>>>> = { 32: new Map(), 128: new Map() };
  for (const range of ranges) {
    const known = prefixes[range.width].get(range.bits) ?? new Set();
    prefixes[range.width].set(range.bits, known.add(prefixOf(range, range.bits)));
  }
  return (network) => {
    for (const [bits, known] of prefixes[network.width]) {
      if (bits <= network.bits && known.has(prefixOf(network, bits))) return true;
    }
    return false;
  };
}

const prefixOf = ({ first, width }: Network, bits: number): bigint => first >> BigInt(width - bits);
