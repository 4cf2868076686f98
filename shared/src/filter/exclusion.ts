import { domainToASCII } from "node:url";
import { parseNetwork, type Network } from "./network.ts";

/** One entry of an exclude list, read. */
export type Exclusion =
  /** Every spelling under which an observable can have this very value. */
  | { readonly kind: "value"; readonly values: readonly string[] }
  | { readonly kind: "network"; readonly network: Network }
  /** A domain with all its subdomains. */
  | { readonly kind: "domain"; readonly name: string };

/**
 * Reads one entry: a CIDR range or an address; `*.example.com`, which is example.com and everything below it; else a value, compared
 * as observables are normalised (names and hashes in lower case, URLs as given). Undefined where it is none of them.
 */
export function parseExclusion(text: string): Exclusion | undefined {
  if (text === "" || /\s/.test(text)) return undefined;
  const network = parseNetwork(text);
  if (network !== undefined) return { kind: "network", network };
  if (text.includes("://")) return { kind: "value", values: [text] };
  if (text.startsWith("*.")) return parseDomain(text.slice(2));
  // What looks like a range or a wildcard and is none would never match anything: that is a mistake.
  if (text.includes("*") || /^[\d.:a-f]+\/\d*$/i.test(text)) return undefined;
  const lower = text.toLowerCase();
  return { kind: "value", values: [...new Set([text, lower, asciiName(lower), text.toUpperCase()])] };
}

function parseDomain(name: string): Exclusion | undefined {
  const isName = name !== "" && !/[*/:@]|^\.|\.\./.test(name);
  return isName ? { kind: "domain", name: asciiName(name.toLowerCase().replace(/\.$/, "")) } : undefined;
}

/** A domain name with its international labels in the ASCII form that URLs have. */
export function asciiName(name: string): string {
  return isAscii.test(name) ? name : domainToASCII(name) || name;
}

// oxlint-disable-next-line no-control-regex
const isAscii = /^[\u0000-\u007f]*$/;
