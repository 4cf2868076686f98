import ipaddr from "ipaddr.js";

/** An IP address or range in canonical form. */
export interface Address {
  readonly type: "ipv4" | "ipv6" | "cidr";
  readonly value: string;
}

/** Reads an address in dotted-quad or IPv6 notation, or a CIDR range; a range of one address is that address. */
export function readAddress(value: string): Address | undefined {
  if (value.includes("/")) return readRange(value);
  const isDottedQuad = ipaddr.IPv4.isValidFourPartDecimal(value);
  if (!isDottedQuad && !(value.includes(":") && ipaddr.IPv6.isValid(value))) return undefined;
  return { type: isDottedQuad ? "ipv4" : "ipv6", value: ipaddr.parse(value).toString() };
}

function readRange(value: string): Address | undefined {
  if (!ipaddr.isValidCIDR(value)) return undefined;
  const [network, bits] = ipaddr.parseCIDR(value);
  const isSingle = bits === (network.kind() === "ipv4" ? 32 : 128);
  return isSingle ? { type: network.kind(), value: network.toString() } : { type: "cidr", value: `${network.toString()}/${bits}` };
}
