import { readAddress } from "./address.ts";

/** The `ioc_type` names of records. An indicator that yields no observable is recorded with the type `pattern`. */
export type ObservableType =
  | ("ipv4" | "ipv6" | "cidr" | "domain" | "url" | "email")
  | ("md5" | "sha1" | "sha256" | "sha512" | "ssdeep" | "file_name")
  | ("cve" | "attack_pattern");

/** What a path's values are. */
export interface ObservableKind {
  /** The path in its plain spelling. */
  readonly path: string;
  /** What a value must be, for the warning where it is not. */
  readonly expected: string;
  /** The value belongs to another object than the one meant, so that a match of it alone says less than the pattern. */
  readonly isIndirect?: boolean;
  /** Type and normal form of a trimmed value; undefined where it cannot be what the path says. */
  normalise(value: string): { readonly type: ObservableType; readonly value: string } | undefined;
}

const address = { expected: "an IP address or CIDR range", normalise: readAddress };
const domain = { expected: "a name", normalise: (value: string) => named("domain", value.toLowerCase()) };
const email = {
  expected: "an e-mail address",
  normalise: (value: string) => (value.includes("@") ? named("email", value.toLowerCase()) : undefined),
};
const host = {
  expected: "an IP address or a domain name",
  normalise: (value: string) =>
    readAddress(value) ?? (looksLikeDomain.test(value) ? named("domain", value.toLowerCase()) : undefined),
};
const vulnerability = identifier("cve", /^CVE-\d{4}-\d{4,}$/i, "a CVE id");
const technique = identifier("attack_pattern", /^T\d{4}(?:\.\d{3})?$/i, "a technique id, as T1059.001");

// Labels with dots between them, the last one not all digits, so that a broken IPv4 address is no domain.
const looksLikeDomain = /^(?:[\p{L}\p{N}_-]+\.)+(?=[^.]*\p{L})[\p{L}\p{N}-]+$/u;

/** By path, in the plain spelling and with `[*]` for every index. */
export const kinds: ReadonlyMap<string, ObservableKind> = new Map(
  Object.entries<Omit<ObservableKind, "path">>({
    "ipv4-addr:value": address,
    "ipv6-addr:value": address,
    "domain-name:value": domain,
    "domain-name:resolves_to_refs[*].value": { ...host, isIndirect: true },
    "url:value": { expected: "a URL", normalise: (value) => named("url", value) },
    "email-addr:value": email,
    "email-message:from_ref.value": email,
    "email-message:sender_ref.value": email,
    "network-traffic:src_ref.value": host,
    "network-traffic:dst_ref.value": host,
    "file:name": { expected: "a name", normalise: (value) => named("file_name", value) },
    "file:hashes.MD5": hash("md5", 32),
    "file:hashes.'SHA-1'": hash("sha1", 40),
    "file:hashes.'SHA-256'": hash("sha256", 64),
    "file:hashes.'SHA-512'": hash("sha512", 128),
    "file:hashes.SSDEEP": {
      expected: "an ssdeep hash",
      normalise: (value) => (ssdeep.test(value) ? named("ssdeep", value) : undefined),
    },
    "vulnerability:name": vulnerability,
    "vulnerability:external_references[*].external_id": vulnerability,
    "attack-pattern:name": technique,
    "attack-pattern:external_references[*].external_id": technique,
  }).map(([path, kind]) => [path, { path, ...kind }]),
);

/** Block size and two digests in Base64, whose case is part of the value. */
const ssdeep = /^\d+:[A-Za-z0-9+/]*:[A-Za-z0-9+/]*$/;

function named(type: ObservableType, value: string): { type: ObservableType; value: string } | undefined {
  return value === "" ? undefined : { type, value };
}

function hash(type: ObservableType, length: number): Omit<ObservableKind, "path"> {
  return {
    expected: `${length} hexadecimal digits`,
    normalise: (value) =>
      value.length === length && /^[0-9a-f]+$/i.test(value) ? { type, value: value.toLowerCase() } : undefined,
  };
}

function identifier(type: ObservableType, form: RegExp, expected: string): Omit<ObservableKind, "path"> {
  return { expected, normalise: (value) => (form.test(value) ? { type, value: value.toUpperCase() } : undefined) };
}
