import { parse, toSeconds } from "iso8601-duration";

/**
 * Milliseconds of an ISO 8601 duration (`P30D`, `PT1H`); months and years have the length they have from `now` (epoch milliseconds)
 * on. Undefined where the text is no duration.
 */
export function durationMs(text: string, now: number): number | undefined {
  // The library finds a duration inside any other text too: the hour of "-PT1H".
  if (!/^P[\d.YMWDTHS]+$/.test(text)) return undefined;
  try {
    const from = new Date(now);
    const seconds = toSeconds(parse(text), from);
    return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}
