import type { Indicator } from "./object.ts";

const mostCharacters = 1024 * 1024;
const leastCharacters = 4096;

/**
 * The indicator as the records of its observables repeat it: with so many records that a text would come to more than 1 Mi characters
 * in all of them, it is cut to its share, 4,096 characters at least, and ends in `…`. Else one pattern of 128 Ki characters could
 * become 268 MB. Every observable keeps its record; the largest pattern of any public feed (1,020 of them) is cut, one of 100 is not.
 */
export function withRepeatableTexts(indicator: Indicator, records: number): Indicator {
  const limit = Math.max(leastCharacters, Math.floor(mostCharacters / Math.max(1, records)));
  const { pattern, description = "" } = indicator;
  if (pattern.length <= limit && description.length <= limit) return indicator;
  return { ...indicator, pattern: cut(pattern, limit), ...(description !== "" && { description: cut(description, limit) }) };
}

/** A pattern that ends like this is no pattern any more, so that nobody takes half of it for the whole. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…`;
}
