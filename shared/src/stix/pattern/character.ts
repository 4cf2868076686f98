// Characters by what they may be part of; everything in the lexer is decided by these, without a regular expression on input.

const underscore = 0x5f;
const hyphen = 0x2d;

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** First character of an identifier. */
export function isWordStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === underscore;
}

/** Further characters of an identifier, the hyphen of object types included. */
export function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === hyphen;
}

/** What may stand between tokens: the blanks of the pattern grammar, not of Unicode as a whole. */
export function isBlank(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return (code >= 0x2000 && code <= 0x200a) || otherBlanks.has(code);
}

const otherBlanks: ReadonlySet<number> = new Set([0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);
