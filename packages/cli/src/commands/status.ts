import { clean } from "@socdefenders/shared";
import { loadConfig } from "../config.ts";
import { readStatus, type Status } from "../status/status.ts";
import { inWords, wholeNumber } from "../status/words.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Shows how far each target is and what its last run met, by the state directory alone: no network. */
export async function status(path: string, flags: { readonly json?: boolean }, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const { history: _, ...found } = await readStatus(config, Date.now());
  await terminal.print(flags.json === true ? `${JSON.stringify(found)}\n` : toText(found));
}

function toText(found: Status): string {
  const { positions, dead_letters, budget, locked_by, last_runs, troubles } = found;
  const pause = budget.not_before === null ? "" : `; the feed asked to be left alone until ${budget.not_before}`;
  return [
    ...troubles.map(({ level, message, remedy }) => `${level}: ${clean(message)} → ${clean(remedy)}\n`),
    table(["target", "collection", "position", "lag", "saved at"], positions.map(positionRow), "No position is saved yet.\n"),
    table(
      ["last run", "target", "collection", "delivered", "refused", "outcome"],
      last_runs.map(runRow),
      "No run has ended yet.\n",
    ),
    table(
      ["target", "dead letters", "reason"],
      dead_letters.map((one) => [one.target, one.count, one.reason]),
      "No dead letters.\n",
    ),
    `budget: ${wholeNumber(budget.spent)} request units spent in 24 hours, ${wholeNumber(budget.left)} of ${wholeNumber(budget.per_day)} left${pause}\n`,
    `lock: ${locked_by === null ? "free" : `held by ${clean(locked_by)}`}\n`,
  ].join("");
}

function positionRow({ target, collection, position, lag_seconds, saved_at }: Status["positions"][number]): string[] {
  const lag = lag_seconds === null ? "not known" : inWords(lag_seconds);
  return [target, collection, position, lag, saved_at ?? "by the target itself"];
}

function runRow({ time, target, collection, delivered, refused, error, remedy }: Status["last_runs"][number]) {
  const outcome = error === undefined ? "ok" : [error, remedy].filter((text) => text !== undefined).join(" → ");
  return [time, target, collection ?? "", delivered, refused, outcome];
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[], none: string): string =>
  rows.length === 0 ? none : formatTable(head, rows);
