import { hash } from "node:crypto";
import { isTooDeep, outline } from "../stix/depth.ts";
import { canonicalJson } from "../stix/identifier.ts";

/**
 * 72 bits that stand for one version of one object: (id, modified), or the content where that says nothing: an object without
 * `modified`, and an identity, whose `modified` is the time of the answer.
 */
export function fingerprintOf(content: unknown): string {
  const object = (typeof content === "object" && content !== null ? content : {}) as Readonly<Record<string, unknown>>;
  const { type, id, modified } = object;
  const isVersioned = typeof id === "string" && typeof modified === "string" && type !== "identity";
  const version = isVersioned ? `${id}|${modified}` : contentOf(type === "identity" ? { ...object, modified: undefined } : content);
  return hash("sha256", version, "base64url").slice(0, 12);
}

function contentOf(content: unknown): string {
  return canonicalJson(isTooDeep(content) ? outline(content) : content);
}
