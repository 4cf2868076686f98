import { deterministicId } from "./identifier.ts";

/**
 * The deterministic id of a cyber-observable object: UUIDv5 over the properties that its type names as contributing (STIX 2.1 §2.9, §6).
 * Undefined where none of them is there, where the type is unknown, and for a `process`: those get a random UUIDv4, which a function
 * of the object cannot give.
 */
export function observableId(object: Readonly<Record<string, unknown>>): string | undefined {
  const type = object["type"];
  const names = typeof type === "string" ? contributing.get(type) : undefined;
  const members = (names ?? []).filter((name) => object[name] !== undefined);
  if (typeof type !== "string" || members.length === 0) return undefined;
  return deterministicId(
    type,
    Object.fromEntries(members.map((name) => [name, name === "hashes" ? oneHash(object[name]) : object[name]])),
  );
}

const valueOnly: readonly string[] = ["value"];

const contributing: ReadonlyMap<string, readonly string[]> = new Map([
  ["artifact", ["hashes", "payload_bin"]],
  ["autonomous-system", ["number"]],
  ["directory", ["path"]],
  ["domain-name", valueOnly],
  ["email-addr", valueOnly],
  ["email-message", ["from_ref", "subject", "body"]],
  ["file", ["hashes", "name", "parent_directory_ref", "extensions"]],
  ["ipv4-addr", valueOnly],
  ["ipv6-addr", valueOnly],
  ["mac-addr", valueOnly],
  ["mutex", ["name"]],
  ["network-traffic", ["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"]],
  ["software", ["name", "cpe", "swid", "vendor", "version"]],
  ["url", valueOnly],
  ["user-account", ["account_type", "user_id", "account_login"]],
  ["windows-registry-key", ["key", "values"]],
  ["x509-certificate", ["hashes", "serial_number"]],
]);

/** Of several hashes one contributes: the first of this order, or else the first there is. */
function oneHash(hashes: unknown): unknown {
  if (typeof hashes !== "object" || hashes === null) return hashes;
  const members = Object.entries(hashes);
  const chosen = hashOrder.map((name) => members.find(([key]) => key === name)).find((member) => member !== undefined);
  const [name, value] = chosen ?? members[0] ?? [];
  return name === undefined ? {} : { [name]: value };
}

const hashOrder = ["MD5", "SHA-1", "SHA-256", "SHA-512"];
