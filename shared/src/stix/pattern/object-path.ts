import { accept, demand, type Cursor } from "./cursor.ts";
import type { ObjectPath, PathStep } from "./tree.ts";

/**
 * An object path (STIX 2.1 §9.7): an object type, which may hold hyphens, and properties, which need quotes where they hold one or
 * are a keyword, each followed by any number of list indexes.
 */
export function readObjectPath(cursor: Cursor): ObjectPath {
  const objectType = demand(cursor, ["name", "hyphenated"], "an object path").value;
  demand(cursor, [":"], ":");
  const steps: PathStep[] = [readProperty(cursor)];
  for (;;) {
    if (accept(cursor, ".")) steps.push(readProperty(cursor));
    else if (accept(cursor, "[")) steps.push(readIndex(cursor));
    else return { objectType, steps };
  }
}

function readProperty(cursor: Cursor): PathStep {
  const { value } = demand(cursor, ["name", "string"], "a property name, in quotes where it holds a hyphen or is a keyword");
  return { kind: "property", name: value };
}

function readIndex(cursor: Cursor): PathStep {
  const { value } = demand(cursor, ["integer", "*"], "an integer or *");
  demand(cursor, ["]"], "]");
  return { kind: "index", index: value };
}
