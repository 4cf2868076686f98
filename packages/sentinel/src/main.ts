import { app, type InvocationContext, type Timer } from "@azure/functions";
import { createLogger, readEnvironmentProxies, retold, toJsonLine, userAgent, type Logger } from "@socdefenders/shared";
import { toError, toFailure } from "./function/failure.ts";
import { scheduleProblem } from "./function/schedule.ts";
import { inSettingNames } from "./function/setting-names.ts";
import { createStop, type Stop } from "./function/stop.ts";
import { readTimeLimit } from "./function/time-limit.ts";
import { readSettings, unknownSettings, type Settings } from "./settings.ts";

// The runs under way, one at most unless somebody starts one by hand.
const running = new Map<Stop, Promise<void>>();

app.timer("pollFeed", { schedule: "%SOCDEFENDERS_SCHEDULE%", handler: pollFeed });

app.hook.appTerminate(async () => {
  for (const stop of running.keys()) stop.terminate();
  await Promise.allSettled(running.values());
});

const problem = scheduleProblem(process.env);
if (problem !== undefined) {
  const remedy =
    "Set it to an NCRONTAB expression of six fields, 0 */15 * * * * for every quarter of an hour; without it nothing runs.";
  console.error(toJsonLine({ level: "error", event: "schedule_unusable", message: problem, context: { remedy } }, new Date()));
}

/** Delivers what is new once. A failed run throws, so that the host counts and shows it as failed. */
async function pollFeed(timer: Timer, context: InvocationContext): Promise<void> {
  const log = createLogger((record) => {
    context[record.level](toJsonLine(retold(record, inSettingNames), new Date()));
  });
  if (timer.isPastDue) log.info("run_late", "the host starts this run later than planned");
  const { settings, limitMs } = await configure(log);
  const stop = createStop(limitMs);
  const { runOnce } = await import("./function/run.ts");
  const host = { log, userAgent, chooseProxy: readEnvironmentProxies(process.env) };
  const run = runOnce({ settings, host, stop, runId: context.invocationId });
  running.set(stop, run);
  try {
    await run;
  } finally {
    running.delete(stop);
    stop.clear();
  }
}

async function configure(log: Logger): Promise<{ settings: Settings; limitMs: number }> {
  for (const { name, nearest } of unknownSettings(process.env)) {
    log.warn("setting_unknown", `the setting ${name} is not known and has no effect (did you mean ${nearest}?)`);
  }
  try {
    return {
      settings: readSettings(process.env),
      limitMs: await readTimeLimit(process.env, new URL("./host.json", import.meta.url)),
    };
  } catch (error) {
    const failure = toFailure(error);
    log.error("settings_wrong", failure.message, { remedy: failure.remedy });
    throw toError([failure]);
  }
}
