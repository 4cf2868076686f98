import { readToken } from "./lexer.ts";
import { PatternError } from "./pattern-error.ts";
import { describeToken, type Token, type TokenKind } from "./token.ts";

/** Parentheses inside each other. Real patterns stay under ten; the cap keeps recursion far from the end of the stack. */
const maximumDepth = 64;

/** A parser's place in a pattern: the token it looks at, and how many parentheses are open. */
export interface Cursor {
  readonly text: string;
  token: Token;
  depth: number;
}

export function openCursor(text: string): Cursor {
  return { text, token: readToken(text, 0), depth: 0 };
}

/** The present token; the cursor moves on to the next. */
export function take(cursor: Cursor): Token {
  const { token } = cursor;
  cursor.token = readToken(cursor.text, token.end);
  return token;
}

/** Takes the present token where it is of that kind, and says whether it was. */
export function accept(cursor: Cursor, kind: TokenKind): boolean {
  if (cursor.token.kind !== kind) return false;
  take(cursor);
  return true;
}

/** The present token, which must be of one of these kinds. */
export function demand(cursor: Cursor, kinds: readonly TokenKind[], expected: string): Token {
  return kinds.includes(cursor.token.kind) ? take(cursor) : fail(cursor, expected);
}

export function fail({ token }: Cursor, expected: string): never {
  throw new PatternError(`expected ${expected}, found ${describeToken(token)}`, token.start);
}

/** What stands between `(` and `)`, the cursor being behind the first. */
export function readParenthesised<T>(cursor: Cursor, read: (cursor: Cursor) => T, expected: string): T {
  cursor.depth += 1;
  if (cursor.depth > maximumDepth) {
    throw new PatternError(`expected at most ${maximumDepth} parentheses inside each other`, cursor.token.start);
  }
  const content = read(cursor);
  demand(cursor, [")"], expected);
  cursor.depth -= 1;
  return content;
}

/** Operands with one operator between them: the operand itself where there is one, otherwise what `join` makes of all. */
export function readChain<T>(
  cursor: Cursor,
  operator: TokenKind,
  readOperand: (cursor: Cursor) => T,
  join: (operands: readonly T[], start: number) => T,
): T {
  const { start } = cursor.token;
  const first = readOperand(cursor);
  if (cursor.token.kind !== operator) return first;
  const operands = [first];
  while (accept(cursor, operator)) operands.push(readOperand(cursor));
  return join(operands, start);
}
