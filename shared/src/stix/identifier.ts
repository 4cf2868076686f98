import { createHash } from "node:crypto";

/** Namespace of deterministic ids of STIX cyber-observable objects (STIX 2.1 §2.9); OpenCTI uses it for domain objects too. */
export const stixNamespace = "00abedb4-aa42-466c-9c01-fed23315a9b7";

const identifierShape = /^[a-z0-9]+(?:-[a-z0-9]+)*--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is `object-type--UUID` (STIX 2.1 §2.9), the UUID in lower case as RFC 9562 §4 writes it, with a version and variant it knows. */
export function isStixIdentifier(text: string): boolean {
  return identifierShape.test(text);
}

/** Deterministic STIX id: UUIDv5 over the RFC 8785 form of the contributing properties (STIX 2.1 §2.9). */
export function deterministicId(
  type: string,
  contributing: Readonly<Record<string, unknown>>,
  namespace: string = stixNamespace,
): string {
  return `${type}--${uuidV5(canonicalJson(contributing), namespace)}`;
}

/** RFC 9562 UUID version 5 of a name. */
export function uuidV5(name: string, namespace: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** RFC 8785 JSON for strings, integers, booleans, lists and objects: keys sorted by UTF-16 code unit, no blanks. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
