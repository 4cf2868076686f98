const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a value is what keys and tokens look like: the vendor's keys, HEC tokens and OpenCTI's (UUIDs), tokens of three parts, an address
 * with a password or a key in it, a header's value, and long words of letters and digits without a meaning. `isId` is set where a UUID or
 * such a word is an ordinary value.
 */
export function looksSecret(value: unknown, isId: boolean): boolean {
  if (typeof value !== "string") return false;
  if (/sk_(?:live|test)_|^(?:Bearer|Basic|Splunk)\s|^eyJ[\w-]+\./i.test(value)) return true;
  if (/\/\/[^/\s@]*:[^/\s@]*@|[?&](?:api_?key|token|sig|password)=/i.test(value)) return true;
  return !isId && (uuid.test(value) || isRandom(value));
}

/** At least 20 letters and digits with several digits among them, and no blank, dot or slash that would make it a name or a path. */
function isRandom(value: string): boolean {
  return /^[\w+=~-]{20,}$/.test(value) && (value.match(/\d/g) ?? []).length >= 4 && /[a-z]/i.test(value);
}
