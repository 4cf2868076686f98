import { z } from "zod";
import { PositionError } from "../errors/position-error.ts";
import type { Cursor } from "../pipeline/contract.ts";
import { toMicroseconds } from "../stix/timestamp.ts";
import type { Collection } from "./resources.ts";
import { backBy } from "./time-order.ts";

/** Fingerprints of what a page brought, and the page's `X-TAXII-Date-Added-Last`. */
export interface Served {
  readonly until: string;
  readonly fingerprints: readonly string[];
  /** The page named no date: `until` is where the walk stood, and its objects may be younger. */
  readonly isUndated?: true | undefined;
}

/**
 * Where a walk stands: every object up to `settled` was served, and of those added later at least the ones fingerprinted in `recent`.
 * Asking again from there and leaving those out misses nothing, whatever the ties and however late a server publishes an object.
 */
export interface WalkCursor extends Cursor {
  readonly schema: 2;
  /** The latest `X-TAXII-Date-Added-Last`, verbatim. */
  readonly position: string;
  /** `live` once a walk has come to the end of the collection. */
  readonly mode: "backfill" | "live";
  /** No object added up to this time can appear any more; what is later is asked for again. Before `position`. */
  readonly settled: string;
  /** What was served later than `settled`, ascending. */
  readonly recent: readonly Served[];
  /** An object each of some earlier pages, ascending: where all of them are gone, the collection was rebuilt. */
  readonly witnesses: readonly Served[];
  /** Id and fingerprint of identities already served: a feed may put its own on every page. */
  readonly identities: readonly (readonly [id: string, fingerprint: string])[];
}

/** A saved cursor. Throws PositionError when it is none that a walk has made. */
export function readCursor(cursor: Cursor, collection: Collection): WalkCursor {
  const parsed = z.union([walkCursorSchema, firstSchema]).safeParse(cursor);
  if (parsed.success) return parsed.data;
  const schema = z.object({ schema: z.int().min(3) }).safeParse(cursor);
  if (schema.success) {
    throw new PositionError(`the saved position of collection ${collection.id} was written by a newer version`, {
      remedy: "Run the version that wrote it, or a newer one.",
    });
  }
  throw new PositionError(`the saved position of collection ${collection.id} is damaged`, {
    remedy: "Remove the saved position to read again from feed.start (targets recognise what they already hold).",
  });
}

const time = z.string().refine((text) => toMicroseconds(text) !== undefined);
const servedSchema = z.object({ until: time, fingerprints: z.array(z.string()), isUndated: z.literal(true).optional() });

const walkCursorSchema: z.ZodType<WalkCursor> = z.object({
  schema: z.literal(2),
  position: time,
  mode: z.enum(["backfill", "live"]),
  settled: time,
  recent: z.array(servedSchema),
  witnesses: z.array(servedSchema),
  identities: z.array(z.tuple([z.string(), z.string()])),
});

// Schema 1 knew the last page only and took all before it for settled.
const firstSchema = z
  .object({ schema: z.literal(1), position: time, boundary: z.array(z.string()) })
  .transform(({ position, boundary }): WalkCursor => {
    const recent = [{ until: position, fingerprints: boundary }];
    return { schema: 2, position, mode: "backfill", settled: backBy(position, 1n), recent, witnesses: [], identities: [] };
  });
