import type { Observable } from "../stix/pattern/collect.ts";
import { parseNetwork, type Network } from "./network.ts";

/** Where on the network an observable is: a domain name or a network, as far as it has one. */
export interface ObservablePlace {
  readonly name?: string | undefined;
  readonly network?: Network | undefined;
}

/** The place of an address, a range or a domain, and of the host of a URL. An e-mail address has none: it is not its domain. */
export function placeOf({ type, value }: Observable): ObservablePlace {
  if (type === "ipv4" || type === "ipv6" || type === "cidr") return { network: parseNetwork(value) };
  if (type === "domain") return { name: value.replace(/\.$/, "") };
  return type === "url" ? placeOfHost(value) : nowhere;
}

const nowhere: ObservablePlace = {};

function placeOfHost(url: string): ObservablePlace {
  const host = URL.parse(url)?.hostname.replace(/^\[|\]$|\.$/g, "");
  if (host === undefined || host === "") return nowhere;
  const network = parseNetwork(host);
  return network === undefined ? { name: host.toLowerCase() } : { network };
}
