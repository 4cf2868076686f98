import type { Status, StatusWithHistory } from "../status.ts";
import { counted, inWords, wholeNumber } from "../words.ts";
import { html, type Html } from "./html.ts";

/** A table whose rows become blocks where there is little room: each cell knows the head of its column. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly (string | number)[])[]): Html {
  const cell = (value: string | number, head = ""): Html => {
    const text = typeof value === "number" ? wholeNumber(value) : value;
    return html`<td class="${kindOf(value)}" data-label="${head}">${text}</td>`;
  };
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads.map((head, place) => html`<th scope="col" class="${kindOf(rows[0]?.[place] ?? "")}">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((value, place) => cell(value, heads[place]))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** How a cell is set: short text is not broken. */
function kindOf(value: string | number): string {
  if (typeof value === "number") return "number";
  return value === "" ? "none" : value.length <= 20 ? "short" : "long";
}

/** When the latest run ended, in words. */
export function lastRunAge({ last_runs, time }: Status): string {
  const newest = last_runs.reduce((latest, run) => Math.max(latest, Date.parse(run.time)), 0);
  return newest === 0 ? "none yet" : `${inWords(Math.max(0, (Date.parse(time) - newest) / 1000))} ago`;
}

/** The few figures that are looked at first. */
export function facts(status: StatusWithHistory): Html {
  const { history, dead_letters, budget, locked_by, time } = status;
  const since = new Date(Date.parse(time) - 86_400_000).toISOString().slice(0, "2026-11-21T14".length);
  const day = history.filter((entry) => entry.time.slice(0, since.length) > since);
  const sum = (counts: readonly number[]): string => wholeNumber(counts.reduce((total, count) => total + count, 0));
  return html`<dl class="facts">
    ${fact("Last run", lastRunAge(status))} ${fact("Delivered in 24 hours", sum(day.map(({ delivered }) => delivered)))}
    ${fact("Dead letters", sum(dead_letters.map(({ count }) => count)))}
    ${fact("Budget left", `${Math.floor((100 * budget.left) / Math.max(1, budget.per_day))} %`)}
    ${fact("Lock", locked_by === null ? "free" : `held by ${locked_by}`)}
  </dl>`;
}

const fact = (name: string, value: string): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

export function deadLetterTable({ dead_letters }: Status): Html {
  const rows = dead_letters.map(({ target, reason, count }) => [target, count, reason]);
  const content =
    rows.length === 0
      ? html`<p class="quiet">None.</p>`
      : table("Dead letters by target and reason", ["Target", "Count", "Reason"], rows);
  return html`<section data-part="dead-letters">
    <h2>Dead letters</h2>
    ${content}
  </section>`;
}

export function budgetTable({ budget }: Status): Html {
  const pause = budget.not_before === null ? "" : ` The feed asked to be left alone until ${budget.not_before}.`;
  const left = `${wholeNumber(budget.left)} of ${counted(budget.per_day, "request unit")} left`;
  return html`<section data-part="budget">
    <h2>Budget of the key</h2>
    <progress max="${budget.per_day}" value="${Math.min(budget.spent, budget.per_day)}" aria-label="Request units spent"></progress>
    <p>${wholeNumber(budget.spent)} spent in the last 24 hours, ${left}.${pause}</p>
  </section>`;
}
