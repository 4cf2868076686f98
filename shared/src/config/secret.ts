import { inspect } from "node:util";

const hidden = "[redacted]";
const known = new Set<string>();

/** A value that never prints: `String()`, `JSON.stringify`, template literals and `console.log` all show `[redacted]`. */
export interface Secret {
  /** The value itself, for the one place that puts it into a header. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** Wraps a secret and makes {@link redact} recognise its value wherever it turns up later, URL-encoded, Base64 and JSON forms included. */
export function createSecret(value: string): Secret {
  for (const form of [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    JSON.stringify(value).slice(1, -1),
  ]) {
    if (form.length >= shortestRedacted) known.add(form);
  }
  return {
    reveal: () => value,
    toString: () => hidden,
    toJSON: () => hidden,
    [inspect.custom]: () => hidden,
  } as Secret;
}

// Shorter values would hit ordinary words; no real key is this short.
const shortestRedacted = 6;

/**
 * Text with every known secret, and everything that looks like one, replaced: values wrapped by {@link createSecret},
 * `sk_live_…` keys, Authorization headers, passwords in URLs and key-like query parameters.
 */
export function redact(text: string): string {
  return (
    hideKnown(text, shortestRedacted)
      .replace(/\bsk_(?:live|test)_\w+/g, hidden)
      .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`)
      // Tokens and session keys; "splunk" stands before many a word of a message.
      .replace(/\b(Splunk)\s+(?=[\w.~+/=^-]*\d)[\w.~+/=^-]{20,}/gi, `$1 ${hidden}`)
      .replace(/(\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${hidden}@`)
      .replace(/([?&](?:api_?key|token|sig|password)=)[^&\s]+/gi, `$1${hidden}`)
  );
}

// An object of a feed may hold a short password as an ordinary word; nothing that long is there by chance.
const shortestInContent = 16;

/**
 * A JSON value with the known secrets of 16 characters and more replaced, in its strings and names. Anything else, what merely looks
 * like a secret too, is what a feed may well write about and stays.
 */
export function redactContent(content: unknown): unknown {
  const text = JSON.stringify(content);
  if (text === undefined || hideKnown(text, shortestInContent) === text) return content;
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value === "string") return hideKnown(value, shortestInContent);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [hideKnown(name, shortestInContent), member]));
  }) as unknown;
}

function hideKnown(text: string, shortest: number): string {
  let clean = text;
  for (const value of known) if (value.length >= shortest) clean = clean.replaceAll(value, hidden);
  return clean;
}
