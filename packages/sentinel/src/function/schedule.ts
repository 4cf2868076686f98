import type { Environment } from "@socdefenders/shared";

/**
 * What is wrong with SOCDEFENDERS_SCHEDULE, as far as its form tells; undefined where nothing is. The host reads the setting itself, and
 * where it cannot, it starts without the function and only its own log says why. On a Flex Consumption plan it takes no time spans.
 */
export function scheduleProblem({ SOCDEFENDERS_SCHEDULE: schedule = "" }: Environment): string | undefined {
  const fields = schedule.trim().split(/\s+/);
  if (schedule.trim() === "") return "SOCDEFENDERS_SCHEDULE is missing";
  if (/^\d[\d.]*:\d\d:\d\d$/.test(schedule.trim()))
    return "SOCDEFENDERS_SCHEDULE: a time span, which Consumption plans do not take";
  if ((fields.length === 5 || fields.length === 6) && fields.every((field) => /^[\w*/,-]+$/.test(field))) return undefined;
  return "SOCDEFENDERS_SCHEDULE: no NCRONTAB expression";
}
