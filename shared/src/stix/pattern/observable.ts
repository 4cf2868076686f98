import ipaddr from "ipaddr.js";
import type { Indicator } from "../object.ts";
import { parseSingleEquality, type Comparison } from "./comparison.ts";

/** The `ioc_type` names of records. An indicator that yields no observable is recorded with the type `pattern`. */
export type ObservableType = "ipv4" | "ipv6" | "cidr" | "domain" | "url" | "email" | "md5" | "sha1" | "sha256" | "sha512" | "cve";

/** One value an analyst can search for. */
export interface Observable {
  readonly type: ObservableType;
  /** Normalised: names and hashes in lower case, addresses canonical, CVE ids in upper case, URLs as given. */
  readonly value: string;
  /** STIX object path in its plain spelling: `ipv4-addr:value`, `file:hashes.'SHA-256'`. */
  readonly path: string;
  /** One component of an AND: on its own it matches more than the pattern does. */
  readonly partial: boolean;
}

/**
 * The observables of an indicator's pattern, none where its pattern type is not `stix`, where the pattern is not a single equality
 * of a known path, or where the value cannot be what the path says (a hash of the wrong length, an address that is none).
 */
export function observablesOf(indicator: Indicator): readonly Observable[] {
  if (indicator.pattern_type !== "stix") return [];
  const comparison = parseSingleEquality(indicator.pattern);
  const observable = comparison === undefined ? undefined : toObservable(comparison);
  return observable === undefined ? [] : [observable];
}

function toObservable({ path, value }: Comparison): Observable | undefined {
  const kind = kinds[path] ?? kinds[hashPath(path)];
  const normalised = kind?.(value.trim());
  return normalised && { path: hashPath(path), partial: false, ...normalised };
}

type Normalise = (value: string) => Pick<Observable, "type" | "value"> | undefined;

const kinds: Readonly<Record<string, Normalise>> = {
  "ipv4-addr:value": address,
  "ipv6-addr:value": address,
  "domain-name:value": (value) => (value === "" ? undefined : { type: "domain", value: value.toLowerCase() }),
  "url:value": (value) => (value === "" ? undefined : { type: "url", value }),
  "email-addr:value": (value) => (value.includes("@") ? { type: "email", value: value.toLowerCase() } : undefined),
  "file:hashes.MD5": hash("md5", 32),
  "file:hashes.'SHA-1'": hash("sha1", 40),
  "file:hashes.'SHA-256'": hash("sha256", 64),
  "file:hashes.'SHA-512'": hash("sha512", 128),
  "vulnerability:name": (value) => (/^CVE-\d{4}-\d{4,}$/i.test(value) ? { type: "cve", value: value.toUpperCase() } : undefined),
};

/** Feeds write hash names in many spellings (`'SHA-256'`, `sha256`, `'MD5'`): one of them is enough to know. */
function hashPath(path: string): string {
  const name = /^file:hashes\.'?([\w-]+)'?$/.exec(path)?.[1]?.toUpperCase().replaceAll("-", "");
  if (name === undefined) return path;
  return name.startsWith("SHA") ? `file:hashes.'SHA-${name.slice(3)}'` : `file:hashes.${name}`;
}

function hash(type: ObservableType, length: number): Normalise {
  return (value) => (value.length === length && /^[0-9a-f]+$/i.test(value) ? { type, value: value.toLowerCase() } : undefined);
}

function address(value: string): ReturnType<Normalise> {
  if (value.includes("/")) return cidr(value);
  const isDottedQuad = ipaddr.IPv4.isValidFourPartDecimal(value);
  if (!isDottedQuad && !(value.includes(":") && ipaddr.IPv6.isValid(value))) return undefined;
  return { type: isDottedQuad ? "ipv4" : "ipv6", value: ipaddr.parse(value).toString() };
}

function cidr(value: string): ReturnType<Normalise> {
  if (!ipaddr.isValidCIDR(value)) return undefined;
  const [network, bits] = ipaddr.parseCIDR(value);
  const isSingle = bits === (network.kind() === "ipv4" ? 32 : 128);
  return isSingle ? { type: network.kind(), value: network.toString() } : { type: "cidr", value: `${network.toString()}/${bits}` };
}
