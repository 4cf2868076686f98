/** One comparison of a STIX pattern: `path = 'value'` (STIX 2.1 §9.6). */
export interface Comparison {
  /** The object path as written, quotes of hash names included: `file:hashes.'SHA-256'`. */
  readonly path: string;
  readonly value: string;
}

// An object path (type, then properties, quoted where they hold a hyphen), `=` or `==`, one string literal, in one observation.
const singleEquality =
  /^\s*\[\s*([a-z0-9][a-z0-9-]*:(?:[a-zA-Z0-9_]+|'[^'\\]+')(?:\.(?:[a-zA-Z0-9_]+|'[^'\\]+'))*)\s*={1,2}\s*'((?:[^'\\]|\\['\\])*)'\s*\]\s*$/;

/** The comparison of a pattern that is exactly one equality of a string, unescaped; undefined for every other pattern. */
export function parseSingleEquality(pattern: string): Comparison | undefined {
  const match = singleEquality.exec(pattern);
  if (match === null) return undefined;
  const [, path = "", literal = ""] = match;
  return { path, value: literal.replace(/\\(['\\])/g, "$1") };
}
