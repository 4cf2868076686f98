import { isStixIdentifier, uuidV5 } from "./identifier.ts";

/**
 * Namespace of the UUIDs that stand for ids that are none: the UUIDv5 of `connectors.socdefenders.ai` in RFC 9562's namespace of DNS
 * names. It is the project's own because STIX 2.1 §2.9 keeps 00abedb4-… for cyber-observable objects.
 */
export const repairNamespace = "d5670877-b8e6-5fd0-b936-28b3b5ea1e5d";

const typeName = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const looseShape = /^([a-z0-9]+(?:-[a-z0-9]+)*)--.+$/i;

/** Whether the text has the form of an id at all, `type--anything`. */
export function isLikeIdentifier(text: string): boolean {
  return looseShape.test(text);
}

/**
 * The valid id of an object: its own where that is one of its type, else the one that {@link repairReference} gives references to it.
 * A type that is no STIX type name has no valid ids, so its objects keep theirs.
 */
export function repairIdentifier(id: string, type: string): string {
  if (!typeName.test(type)) return id;
  const repaired = repairReference(id, "id");
  return isOfType(repaired, type) ? repaired : `${type}--${uuidV5(id, repairNamespace)}`;
}

/** Whether a valid id is one of the type. */
export function isOfType(id: string, type: string): boolean {
  return id.length === type.length + uuidLength + 2 && id.startsWith(type);
}

const uuidLength = 36;

/**
 * The valid id that a reference means. Letters in upper case are the same UUID (RFC 9562 §4) and become lower case; anything else that
 * is no UUID becomes the UUIDv5 of the whole text, the same one everywhere, so that a reference resolves without a look at its object.
 * Text without a type gets the one that `property` refers to, and stays as it is where that can be any.
 */
export function repairReference(text: string, property: string): string {
  if (isStixIdentifier(text)) return text;
  const lowerCase = text.toLowerCase();
  if (isStixIdentifier(lowerCase)) return lowerCase;
  const type = looseShape.exec(lowerCase)?.[1] ?? onlyType.get(property);
  return type === undefined ? text : `${type}--${uuidV5(text, repairNamespace)}`;
}

/** A marking that cannot be read must stay a marking: what carries none may be shown to everyone. */
const onlyType = new Map([
  ["created_by_ref", "identity"],
  ["object_marking_refs", "marking-definition"],
  ["marking_ref", "marking-definition"],
]);
