import ipaddr from "ipaddr.js";

/** An IP address or range in canonical form. */
export interface Address {
  readonly type: "ipv4" | "ipv6" | "cidr";
  readonly value: string;
}

/** Reads an address in dotted-quad or IPv6 notation, or a CIDR range; a range of one address is that address. */
export function readAddress(value: string): Address | undefined {
  // What is canonical already needs no parser: half of the time for all patterns of a feed went into those.
  if (canonicalQuad.test(value)) return { type: "ipv4", value };
  if (value.includes("/")) return readRange(value);
  const isDottedQuad = ipaddr.IPv4.isValidFourPartDecimal(value);
  if (!isDottedQuad && !(value.includes(":") && ipaddr.IPv6.isValid(value))) return undefined;
  return { type: isDottedQuad ? "ipv4" : "ipv6", value: ipaddr.parse(value).toString() };
}

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const canonicalQuad = new RegExp(`^(?:${octet}\\.){3}${octet}$`);

function readRange(value: string): Address | undefined {
  const [start = "", length = ""] = value.split("/");
  // Leading zeros would be read as octal: another network than the one that was meant.
  const isWritten = ipaddr.IPv4.isValidFourPartDecimal(start) || (start.includes(":") && ipaddr.IPv6.isValid(start));
  if (!isWritten || !ipaddr.isValidCIDR(value)) return undefined;
  if (start.includes(":")) return range("ipv6", ipaddr.IPv6.networkAddressFromCIDR(value).toString(), Number(length), 128);
  return range("ipv4", ipaddr.IPv4.networkAddressFromCIDR(value).toString(), Number(length), 32);
}

function range(type: "ipv4" | "ipv6", network: string, length: number, whole: number): Address {
  return length === whole ? { type, value: network } : { type: "cidr", value: `${network}/${length}` };
}
