import { createHash } from "node:crypto";
import { redactContent } from "../config/secret.ts";
import type { PositionKey, RefusedItems, Rejected } from "../pipeline/contract.ts";

/** Keeps what could not be delivered, so that it is never just gone. */
export interface DeadLetters {
  /**
   * Resolves when the entries are safe; called before the position moves past them. The number is that of older entries that had to
   * make room, which whoever calls tells the operator. Throws TargetError when they cannot be kept.
   */
  add(key: PositionKey, rejected: readonly Rejected[]): Promise<number>;
}

/** One entry, a JSON object on a line of its own. */
export interface DeadLetter {
  /** The same for the same content, target and collection, however often it came. */
  readonly id: string;
  /** When it was kept, or tried again last. */
  readonly time: string;
  readonly target: string;
  readonly collection: string;
  /** Identity of the filter at that time; absent without one. */
  readonly filter?: string | undefined;
  readonly reason: string;
  /** Tries to deliver it so far. */
  readonly attempts: number;
  /** Of the JSON text of the whole content, in hexadecimal. */
  readonly sha256: string;
  /** Which items made of the object the target refused; absent where it could not be read. */
  readonly refused?: RefusedItems | undefined;
  /** The object without known secrets, or where it was too large the first 256 Ki characters of its JSON text. */
  readonly content: unknown;
  /** Characters of the whole JSON text; only there where `content` is no more than its head. */
  readonly content_cut_from?: number | undefined;
}

// An object is about 1 KB. What is larger than this is kept in part: nobody mends it by hand, and it must not push the others out.
const largestContent = 1024 * 1024;
const keptOfLarger = 256 * 1024;

export function toDeadLetter(
  { target, collection, filter }: PositionKey,
  { reason, content: served, refused }: Rejected,
  time: string,
  attempts: number = 1,
): DeadLetter {
  // A server may send a credential back.
  const content = redactContent(served);
  const text = JSON.stringify(content);
  const sha256 = hash(text);
  const isLarge = text.length > largestContent;
  return {
    id: hash(JSON.stringify([target, collection, sha256, refused])).slice(0, 16),
    time,
    target,
    collection,
    filter,
    reason,
    attempts,
    sha256,
    refused,
    content: isLarge ? text.slice(0, keptOfLarger) : content,
    ...(isLarge && { content_cut_from: text.length }),
  };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
