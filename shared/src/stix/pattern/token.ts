import type { LiteralKind } from "./tree.ts";

const keywords = [
  "AND",
  "OR",
  "NOT",
  "FOLLOWEDBY",
  "LIKE",
  "MATCHES",
  "ISSUPERSET",
  "ISSUBSET",
  "EXISTS",
  "LAST",
  "IN",
  "START",
  "STOP",
  "SECONDS",
  "WITHIN",
  "REPEATS",
  "TIMES",
] as const;

/** Upper case in a pattern, and reserved: as a property name they need quotes (STIX 2.1 §9.3; `LAST` is reserved for the future). */
type Keyword = (typeof keywords)[number];

type Symbol = "=" | "!=" | "<" | "<=" | ">" | ">=" | "[" | "]" | "(" | ")" | ":" | "." | "," | "*";

/** `name` and `hyphenated` are identifiers: only object types may hold a hyphen. `unknown` is a character no pattern has there. */
export type TokenKind = Keyword | Symbol | LiteralKind | "name" | "hyphenated" | "unknown" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The text of a word or number, the content of a quoted literal, unescaped. */
  readonly value: string;
  readonly start: number;
  /** Where the next token may start. */
  readonly end: number;
}

/** Words that are no identifiers, with the kind of token they are. */
export const reservedWords: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...keywords.map((word) => [word, word] as const),
  ["true", "boolean"],
  ["false", "boolean"],
]);

/** Symbols as written, with the kind of token they are; the longer one wins. */
export const symbols: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ...(["=", "!=", "<", "<=", ">", ">=", "[", "]", "(", ")", ":", ".", ",", "*"] as const).map((text) => [text, text] as const),
  ["==", "="],
  ["<>", "!="],
]);

const longestShown = 40;

/** A token as an error names it. Only plain characters are repeated, since the text may end up in a log. */
export function describeToken({ kind, value }: Token): string {
  if (kind === "end") return "the end of the pattern";
  if (kind === "string" || kind === "timestamp" || kind === "hex" || kind === "binary") return `a ${kind} literal`;
  if (/^[\x21-\x7e]+$/.test(value)) return `"${value.length > longestShown ? `${value.slice(0, longestShown)}…` : value}"`;
  return `the character U+${(value.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
