import type { Network } from "./network.ts";

/** Whether an address or a range lies wholly inside one of a set's ranges. */
export type ContainsNetwork = (network: Network) => boolean;

/** A set of ranges: one hash set for each prefix length that occurs, so a look-up costs at most one probe a length. */
export function createNetworkSet(ranges: Iterable<Network>): ContainsNetwork {
  const byLength = { 32: new Map<number, Set<Prefix>>(), 128: new Map<number, Set<Prefix>>() };
  for (const range of ranges) {
    const known = byLength[range.width].get(range.bits) ?? new Set();
    byLength[range.width].set(range.bits, known.add(prefixOf(range, range.bits)));
  }
  const prefixes = { 32: [...byLength[32]], 128: [...byLength[128]] };
  return (network) => prefixes[network.width].some(([bits, known]) => bits <= network.bits && known.has(prefixOf(network, bits)));
}

type Prefix = number | bigint;

/** IPv4 prefixes fit into a number, which is several times as fast as a bigint. */
function prefixOf({ first, width }: Network, bits: number): Prefix {
  return width === 32 ? Math.floor(Number(first) / 2 ** (32 - bits)) : first >> BigInt(width - bits);
}
