/** An object path and the string it is compared with. */
export interface Equality {
  /** The object path as written, quotes of hash names included: `file:hashes.'SHA-256'`. */
  readonly path: string;
  readonly value: string;
}

/**
 * Path and value of a pattern in the spelling nearly all of a feed has, `[path = 'value']` with nothing to unescape; undefined for
 * every other pattern. The path is not checked: only one that is known to be a path may be believed.
 */
export function readPlainEquality(pattern: string): Equality | undefined {
  if (!pattern.startsWith("[") || !pattern.endsWith("']")) return undefined;
  const operator = pattern.indexOf(" = '");
  const end = pattern.length - 2;
  const start = operator + 4;
  if (operator === -1 || start > end) return undefined;
  const value = pattern.slice(start, end);
  return value.includes("'") || value.includes("\\") ? undefined : { path: pattern.slice(1, operator), value };
}
