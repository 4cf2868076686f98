import { BlockList, isIP } from "node:net";

type Matcher = (host: string, port: string) => boolean;

/**
 * Reads NO_PROXY, entries between commas or blanks: `host` and `.domain` (itself and all below), `*.domain` (below only), an IP
 * address, a CIDR range, each with or without `:port`, and `*` for everything. An entry that is none of these matches nothing.
 */
export function createNoProxy(text: string): (url: URL) => boolean {
  const matchers = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(createMatcher);
  return ({ hostname, port, protocol }) => {
    const host = hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
    return matchers.some((matches) => matches(host, port || (protocol === "https:" ? "443" : "80")));
  };
}

function createMatcher(entry: string): Matcher {
  // A bare IPv6 address has colons too, but more than one.
  const [, bracketed, plain, wantedPort] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const matchesHost = createHostMatcher((bracketed ?? plain ?? entry).toLowerCase());
  return (host, port) => (wantedPort === undefined || wantedPort === port) && matchesHost(host);
}

function createHostMatcher(entry: string): (host: string) => boolean {
  if (entry === "*") return () => true;
  const [address = "", prefix] = entry.split("/");
  if (isIP(address) !== 0) return createNetworkMatcher(address, prefix);
  const name = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  return (host) => host.endsWith(`.${name}`) || (host === name && !entry.startsWith("*"));
}

function createNetworkMatcher(address: string, prefix: string | undefined): (host: string) => boolean {
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const longest = family === "ipv4" ? 32 : 128;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (length > longest) return () => false;
  const networks = new BlockList();
  networks.addSubnet(address, length, family);
  return (host) => isIP(host) !== 0 && networks.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");
}
