import { z } from "zod";
import { PositionError } from "../errors/position-error.ts";
import type { Cursor, PositionKey } from "../pipeline/contract.ts";

/** A saved position as every store keeps it: readable for a person, refused by a version that does not know its schema. */
const recordSchema = z.object({
  schema: z.literal(1),
  key: z.object({ target: z.string(), endpoint: z.string(), collection: z.string(), filter: z.string().optional() }),
  cursor: z.looseObject({ position: z.string() }),
  saved_at: z.string(),
});

/** A position with what it belongs to and when it was saved. */
export interface PositionRecord {
  readonly key: PositionKey;
  readonly cursor: Cursor;
  readonly saved_at: string;
}

export function writeRecord(key: PositionKey, cursor: Cursor): string {
  return JSON.stringify({ schema: 1, key, cursor, saved_at: new Date().toISOString() });
}

/** Throws PositionError, with `where` in its text, when the record is damaged or of another schema. */
export function readRecord(text: string, where: string): Cursor {
  return parseRecord(text, where).cursor;
}

/** The whole record, for showing it. Throws as {@link readRecord} does. */
export function parseRecord(text: string, where: string): PositionRecord {
  const remedy = `Restore ${where} from a backup, or remove it to read again from feed.start (targets recognise what they already hold).`;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new PositionError(`the saved position in ${where} is damaged: not JSON`, { remedy, cause });
  }
  const schema = z.object({ schema: z.number() }).safeParse(content);
  if (schema.success && schema.data.schema > 1) {
    throw new PositionError(`the saved position in ${where} was written by a newer version (schema ${schema.data.schema})`, {
      remedy: "Run the version that wrote it, or a newer one.",
    });
  }
  const record = recordSchema.safeParse(content);
  if (!record.success)
    throw new PositionError(`the saved position in ${where} is damaged: ${z.prettifyError(record.error)}`, { remedy });
  return record.data;
}
