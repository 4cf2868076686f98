import { readFile } from "node:fs/promises";
import { ConfigurationError, type Environment } from "@socdefenders/shared";
import { z } from "zod";

const minuteMs = 60_000;
/** Where there is no limit: long enough for any run, and short enough that a stuck one is seen. */
const unboundedMs = 60 * minuteMs;
/** A limit of days, which a number alone is too, is as good as this one. */
const longestMs = 24 * 60 * minuteMs;
/** The smallest default of all plans, for a host.json that says nothing. */
const unknownMs = 5 * minuteMs;

/**
 * How long the host lets a run take, in milliseconds: `functionTimeout` of host.json, or the setting that overrides it. When the time is
 * up the host kills the process and never says so before. Throws ConfigurationError for what is no time span.
 */
export async function readTimeLimit(environment: Environment, hostFile: URL): Promise<number> {
  const [, override] =
    Object.entries(environment).find(([name]) => /^azurefunctionsjobhost(__|:)functiontimeout$/i.test(name)) ?? [];
  const written = override?.trim() || hostSchema.parse(JSON.parse(await readFile(hostFile, "utf8"))).functionTimeout;
  if (written === undefined) return unknownMs;
  const limit = timeSpanMs(written);
  if (limit !== undefined) return limit;
  throw new ConfigurationError(`AzureFunctionsJobHost__functionTimeout: no time span: ${written}`, {
    remedy: "Write it as hours, minutes and seconds, 01:30:00 for instance, or -1 for no limit.",
  });
}

const hostSchema = z.object({ functionTimeout: z.string().optional() });

/** `hh:mm:ss` or `d.hh:mm:ss` as .NET writes a TimeSpan; `-1` is no limit. */
function timeSpanMs(text: string): number | undefined {
  if (/^-(1|00:00:00\.001|1\.00:00:00)$/.test(text)) return unboundedMs;
  if (/^\d+$/.test(text)) return longestMs;
  const [, days = "0", hours, minutes, seconds = "0"] =
    /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?$/.exec(text) ?? [];
  const total = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return total > 0 ? Math.min(total, longestMs) : undefined;
}
