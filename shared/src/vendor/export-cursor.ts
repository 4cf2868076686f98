import { z } from "zod";
import { PositionError } from "../errors/position-error.ts";
import type { Cursor } from "../pipeline/contract.ts";
import { toMicroseconds } from "../stix/timestamp.ts";

/** One served object: when it last changed by its own word, and its fingerprint. */
export type Recent = readonly [modified: string, fingerprint: string];

/** An export that is being read, place by place. */
export interface ExportWalk {
  /** What it was asked for, verbatim. */
  readonly since: string;
  /** The server's clock at its first answer, RFC 3339; absent where the server does not tell. */
  readonly began?: string | undefined;
  /** Fingerprint of its very first object. */
  readonly head: string;
  /** Objects read so far, context left out. */
  readonly read: number;
  /** How many of the last ones are asked for once more. */
  readonly overlap: number;
  /** Fingerprints of the last ones, the very last at the end. */
  readonly tail: readonly string[];
  readonly recent: readonly Recent[];
}

/** Where the reading of exports stands: behind the last whole one, and within the one that is being read. */
export interface ExportCursor extends Cursor {
  readonly schema: "iocs-stix-1";
  /** The server's clock when the last export that was read to its end began; the start of a first one. */
  readonly position: string;
  /** What of it changed last. */
  readonly recent: readonly Recent[];
  /** Id and fingerprint of identities already served: every bundle may begin with the feed's own. */
  readonly identities: readonly (readonly [id: string, fingerprint: string])[];
  readonly walk?: ExportWalk | undefined;
}

/** A saved cursor. Throws PositionError when it is none that reading exports has made. */
export function readExportCursor(cursor: Cursor): ExportCursor {
  const parsed = cursorSchema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new PositionError("the saved position of the STIX export is damaged or of another version", {
    remedy: "Remove the saved position to read again from feed.start (targets recognise what they already hold).",
  });
}

const mostRecent = 2000;
const longestTail = 1000;

/** The ones that changed last: a later export serves them again, whatever "since" is taken to mean. */
export function keepRecent(recent: readonly Recent[]): readonly Recent[] {
  return recent.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).slice(-mostRecent);
}

export const keepTail = (fingerprints: readonly string[]): readonly string[] => fingerprints.slice(-longestTail);

const time = z.string().refine((text) => toMicroseconds(text) !== undefined);
const pairs = z.array(z.tuple([z.string(), z.string()]));

const cursorSchema: z.ZodType<ExportCursor> = z.object({
  schema: z.literal("iocs-stix-1"),
  position: time,
  recent: pairs,
  identities: pairs,
  walk: z
    .object({
      since: time,
      began: time.optional(),
      head: z.string(),
      read: z.int().min(0),
      overlap: z.int().min(0),
      tail: z.array(z.string()),
      recent: pairs,
    })
    .optional(),
});
