import { PatternError } from "./pattern-error.ts";
import type { Token } from "./token.ts";
import type { LiteralKind } from "./tree.ts";

/** A string literal; `\'` and `\\` are its only escapes (STIX 2.1 §9.2). */
export function readString(text: string, start: number): Token {
  let value = "";
  let copied = start + 1;
  for (let position = copied; position < text.length; position += 1) {
    if (text[position] === "'") {
      return { kind: "string", value: value + text.slice(copied, position), start, end: position + 1 };
    }
    if (text[position] !== "\\") continue;
    const escaped = text[position + 1];
    if (escaped !== "'" && escaped !== "\\") throw new PatternError("expected \\' or \\\\: nothing else is escaped", position);
    value += text.slice(copied, position);
    position += 1;
    copied = position;
  }
  throw new PatternError("expected ' at the end of the string that starts here", start);
}

/** `t'…'`, `h'…'` or `b'…'`: a letter straight before a quote. */
export function readPrefixed(text: string, start: number): Token {
  const form = prefixes[text[start] ?? ""];
  if (form === undefined) throw new PatternError("expected t, h or b before a quote", start);
  const close = text.indexOf("'", start + 2);
  const value = close === -1 ? "" : text.slice(start + 2, close);
  if (close === -1 || !form.isValid(value)) throw new PatternError(`expected ${form.expected}`, start);
  return { kind: form.kind, value, start, end: close + 1 };
}

interface Form {
  readonly kind: LiteralKind;
  readonly expected: string;
  isValid(content: string): boolean;
}

// Month, day and time of day are checked, days of the month are not: the specification's grammar takes 30 February as well.
const timestamp = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?Z$/;

const prefixes: Readonly<Record<string, Form>> = {
  t: { kind: "timestamp", expected: "a timestamp, as t'2026-01-31T08:00:00Z'", isValid: (content) => timestamp.test(content) },
  h: {
    kind: "hex",
    expected: "hexadecimal digits in pairs, as h'0aff'",
    isValid: (content) => content.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(content),
  },
  b: {
    kind: "binary",
    expected: "Base64, as b'c3RpeA=='",
    isValid: (content) => content !== "" && content.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(content),
  },
};
