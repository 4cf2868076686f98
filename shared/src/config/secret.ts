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
  let clean = text;
  for (const value of known) clean = clean.replaceAll(value, hidden);
  return clean
    .replace(/\bsk_(?:live|test)_\w+/g, hidden)
    .replace(/\b(Bearer|Basic|Splunk)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`)
    .replace(/(\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${hidden}@`)
    .replace(/([?&](?:api_?key|token|sig|password)=)[^&\s]+/gi, `$1${hidden}`);
}
