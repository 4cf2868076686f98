import { createHash } from "node:crypto";
import type { PositionKey } from "../pipeline/contract.ts";

/** A short stable name of a position, safe as a file, blob or property name: `<target>-<collection>-<16 hex digits>`. */
export function positionName(key: PositionKey): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([key.endpoint, key.collection, key.target, ...(key.filter === undefined ? [] : [key.filter])]))
    .digest("hex")
    .slice(0, 16);
  return `${positionPrefix(key.target)}${safe(key.collection)}-${digest}`;
}

/** What the name of every position of a target starts with; that of a target with a longer name may start so too. */
export function positionPrefix(target: string): string {
  return `${safe(target)}-`;
}

const safe = (text: string): string => text.replace(/[^\w-]+/g, "_").slice(0, 40);
