import { isBlank, isDigit, isWordPart, isWordStart } from "./character.ts";
import { readPrefixed, readString } from "./quoted.ts";
import { PatternError } from "./pattern-error.ts";
import { reservedWords, symbols, type Token } from "./token.ts";

/**
 * The token at or after an offset, blanks and comments skipped; `end` at the end of the text. The work is proportional to what is
 * read. Throws {@link PatternError} for a literal or comment that is broken in itself.
 */
export function readToken(text: string, from: number): Token {
  const start = skipBlanks(text, from);
  if (start === text.length) return { kind: "end", value: "", start, end: start };
  const code = text.charCodeAt(start);
  if (isWordStart(code)) return text[start + 1] === "'" ? readPrefixed(text, start) : readWord(text, start);
  if (text[start] === "'") return readString(text, start);
  return readNumber(text, start) ?? readSymbol(text, start);
}

function skipBlanks(text: string, from: number): number {
  let position = from;
  for (;;) {
    while (position < text.length && isBlank(text.charCodeAt(position))) position += 1;
    if (text[position] !== "/") return position;
    if (text[position + 1] === "/") position = endOfLine(text, position);
    else if (text[position + 1] === "*") position = endOfComment(text, position);
    else return position;
  }
}

function endOfLine(text: string, start: number): number {
  let position = start;
  while (position < text.length && text[position] !== "\n" && text[position] !== "\r") position += 1;
  return position;
}

function endOfComment(text: string, start: number): number {
  const close = text.indexOf("*/", start + 2);
  if (close === -1) throw new PatternError("expected */ at the end of the comment that starts here", start);
  return close + 2;
}

function readWord(text: string, start: number): Token {
  let end = start + 1;
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1;
  const value = text.slice(start, end);
  return { kind: reservedWords.get(value) ?? (value.includes("-") ? "hyphenated" : "name"), value, start, end };
}

/** An optional sign, digits, and a fraction, which alone makes a float; undefined where no number starts. */
function readNumber(text: string, start: number): Token | undefined {
  const digits = text[start] === "+" || text[start] === "-" ? start + 1 : start;
  const point = skipDigits(text, digits);
  const end = text[point] === "." ? skipDigits(text, point + 1) : point;
  if (end > point + 1) return { kind: "float", value: text.slice(start, end), start, end };
  if (point === digits) return undefined;
  if (text[digits] === "0" && point > digits + 1) throw new PatternError("expected an integer without leading zeros", start);
  return { kind: "integer", value: text.slice(start, point), start, end: point };
}

function skipDigits(text: string, from: number): number {
  let position = from;
  while (isDigit(text.charCodeAt(position))) position += 1;
  return position;
}

function readSymbol(text: string, start: number): Token {
  for (const length of [2, 1]) {
    const value = text.slice(start, start + length);
    const kind = symbols.get(value);
    if (kind !== undefined) return { kind, value, start, end: start + value.length };
  }
  return { kind: "unknown", value: String.fromCodePoint(text.codePointAt(start) ?? 0), start, end: start + 1 };
}
