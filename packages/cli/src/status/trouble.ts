import type { HistoryEntry } from "./history-entry.ts";
import type { Status } from "./status.ts";
import { counted, inWords, wholeNumber } from "./words.ts";

/** What is wrong and what to do, in a sentence each. */
export interface Trouble {
  readonly level: "failed" | "warning";
  readonly message: string;
  readonly remedy: string;
}

type Facts = Omit<Status, "troubles">;

/** A run that was due this many times over and did not end is missed; no sooner than after 15 minutes. */
const missedPolls = 3;
const patienceSeconds = 900;
/** A run that is under way may be a first one, which reads for hours. */
const longestRunSeconds = 86_400;
const scarceShare = 0.05;

/** Everything that is wrong, the worst first; empty where all is well. Lag alone is no trouble: a feed may have nothing new. */
export function findTroubles(facts: Facts, pollSecondsOf: (target: string) => number): readonly Trouble[] {
  const found = [...failures(facts), ...missing(facts, pollSecondsOf), ...setAside(facts), ...spent(facts)];
  return [...found.filter(({ level }) => level === "failed"), ...found.filter(({ level }) => level === "warning")];
}

/** What several targets met alike is told once. */
function failures({ last_runs }: Facts): readonly Trouble[] {
  const failed = last_runs.filter(({ error }) => error !== undefined);
  return [...new Set(failed.map(({ error }) => error))].map((error = "") => {
    const met = failed.filter((run) => run.error === error);
    const targets = [...new Set(met.map(({ target }) => target))].join(", ");
    const remedy = met.find((run) => run.remedy !== undefined)?.remedy ?? "See the log of `socdefenders run`.";
    return { level: "failed", message: `${targets}: ${error}`, remedy };
  });
}

function missing(facts: Facts, pollSecondsOf: (target: string) => number): readonly Trouble[] {
  const troubles = facts.targets.flatMap((target) => {
    const last = facts.last_runs.findLast((run) => run.target === target);
    const missed = missedRun(last, facts, pollSecondsOf(target));
    return missed === undefined ? [] : { ...missed, target };
  });
  return [...new Set(troubles.map(({ message }) => message))].map((message) => {
    const alike = troubles.filter((trouble) => trouble.message === message);
    const [{ level, remedy } = startIt] = alike;
    return { level, message: `${alike.map(({ target }) => target).join(", ")}: ${message}`, remedy };
  });
}

const startIt = {
  level: "failed",
  remedy:
    "Start `socdefenders run`, or see why its service has ended. Where cron starts runs, set poll_seconds to the time between them.",
} as const;

function missedRun(last: HistoryEntry | undefined, { time, locked_by }: Facts, pollSeconds: number): Trouble | undefined {
  if (last === undefined) {
    if (locked_by === null) return { ...startIt, level: "warning", message: "no run has ended yet" };
    return { level: "warning", message: "the first run has not ended yet", remedy: "Wait: it may take hours." };
  }
  const age = (Date.parse(time) - Date.parse(last.time)) / 1000;
  const message = `no run has ended for ${inWords(age)}`;
  if (locked_by === null && age > Math.max(missedPolls * pollSeconds, patienceSeconds)) {
    return { ...startIt, message: `${message} and none is under way` };
  }
  if (locked_by === null || age <= Math.max(missedPolls * pollSeconds, longestRunSeconds)) return undefined;
  const remedy = "See its log; if it says nothing any more, stop it and start it again: nothing is lost by that.";
  return { level: "warning", message: `${message}, though one is under way`, remedy };
}

function setAside({ dead_letters }: Facts): readonly Trouble[] {
  const count = dead_letters.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return [];
  const message = `${counted(count, "object was", "objects were")} not delivered and ${count === 1 ? "is" : "are"} kept as dead letters`;
  return [{ level: "warning", message, remedy: "`socdefenders dead-letter list` says why, `dead-letter retry` sends them again." }];
}

function spent({ budget, time }: Facts): readonly Trouble[] {
  if (budget.not_before !== null && budget.not_before > time) {
    const remedy = "Nothing: the next run waits for that.";
    return [{ level: "warning", message: `the feed asked to be left alone until ${budget.not_before}`, remedy }];
  }
  if (budget.left >= budget.per_day * scarceShare) return [];
  const message = `${wholeNumber(budget.left)} of ${wholeNumber(budget.per_day)} request units of the day are left`;
  return [
    { level: "warning", message, remedy: "Poll less often (feed.poll_seconds) or fewer collections; runs wait for new units." },
  ];
}
