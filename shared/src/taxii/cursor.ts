import { hash } from "node:crypto";
import { z } from "zod";
import { PositionError } from "../errors/position-error.ts";
import type { Cursor } from "../pipeline/contract.ts";
import { canonicalJson } from "../stix/identifier.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";
import type { Collection } from "./client.ts";

/**
 * Where a walk stands: every object up to `position` was served, and of those added in that very microsecond at least the ones
 * fingerprinted in `boundary`. Asking again from one microsecond earlier and leaving those out misses nothing, whatever the ties.
 */
export interface WalkCursor extends Cursor {
  readonly schema: 1;
  /** The server's `X-TAXII-Date-Added-Last`, verbatim. */
  readonly position: string;
  readonly boundary: readonly string[];
}

/** A saved cursor. Throws PositionError when it is none that a walk has made. */
export function readCursor(cursor: Cursor, collection: Collection): WalkCursor {
  const parsed = walkCursorSchema.safeParse(cursor);
  if (parsed.success && toMicroseconds(parsed.data.position) !== undefined) return parsed.data;
  throw new PositionError(`the saved position of collection ${collection.id} is damaged`, {
    remedy: "Remove the saved position to read again from feed.start (targets recognise what they already hold).",
  });
}

const walkCursorSchema = z.object({ schema: z.literal(1), position: z.string(), boundary: z.array(z.string()) });

/** The `added_after` that asks for everything not known yet: one microsecond before the position, or the start of a first walk. */
export function askAfter(cursor: WalkCursor | undefined, start: string): string {
  const microseconds = cursor === undefined ? undefined : toMicroseconds(cursor.position);
  return microseconds === undefined ? start : fromMicroseconds(microseconds - 1n);
}

/** -1, 0 or 1 as the server's time lies before, at or after the cursor. Both are RFC 3339. */
export function compareToCursor(time: string, cursor: WalkCursor): number {
  const difference = (toMicroseconds(time) ?? 0n) - (toMicroseconds(cursor.position) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The cursor behind a page: at the page's last time with the page as boundary, or where it was with the boundary grown. */
export function advanceCursor(
  cursor: WalkCursor | undefined,
  advancedTo: string | undefined,
  fingerprints: readonly string[],
): WalkCursor | undefined {
  if (advancedTo !== undefined) return { schema: 1, position: advancedTo, boundary: fingerprints };
  return cursor && { ...cursor, boundary: [...new Set([...cursor.boundary, ...fingerprints])] };
}

/**
 * 72 bits that stand for one version of one object: (id, modified), or the content where that says nothing: an object without
 * `modified`, and an identity, whose `modified` is the time of the answer.
 */
export function fingerprintOf(content: unknown): string {
  const object = (typeof content === "object" && content !== null ? content : {}) as Readonly<Record<string, unknown>>;
  const { type, id, modified } = object;
  const isVersioned = typeof id === "string" && typeof modified === "string" && type !== "identity";
  const version = isVersioned
    ? `${id}|${modified}`
    : canonicalJson(type === "identity" ? { ...object, modified: undefined } : content);
  return hash("sha256", version, "base64url").slice(0, 12);
}
