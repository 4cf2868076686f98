import type { Status, StatusWithHistory } from "../status.ts";
import { counted, inWords, wholeNumber } from "../words.ts";
import { html, type Html } from "./html.ts";

/** A table whose rows become blocks where there is little room: each cell knows the head of its column. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly (string | number)[])[]): Html {
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, place) => {
          const text = typeof cell === "number" ? wholeNumber(cell) : cell;
          return html`<td data-label="${heads[place]}" ${typeof cell === "number" ? html` class="number"` : undefined}>
            ${text}
          </td>`;
        })}
      </tr>`,
  );
  const head = heads.map((text) => html`<th scope="col">${text}</th>`);
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${head}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

/** The few figures that are looked at first. */
export function facts({ last_runs, history, dead_letters, budget, locked_by, time }: StatusWithHistory): Html {
  const since = new Date(Date.parse(time) - 86_400_000).toISOString().slice(0, 13);
  const day = history.filter((entry) => entry.time.slice(0, 13) > since);
  const newest = last_runs.reduce((latest, run) => (run.time > latest ? run.time : latest), "");
  const age = newest === "" ? "none yet" : `${inWords(Math.max(0, (Date.parse(time) - Date.parse(newest)) / 1000))} ago`;
  const delivered = day.reduce((sum, entry) => sum + entry.delivered, 0);
  const letters = dead_letters.reduce((sum, one) => sum + one.count, 0);
  return html`<dl class="facts">
    ${fact("Last run", age)}${fact("Delivered in 24 hours", wholeNumber(delivered))}${fact("Dead letters", wholeNumber(letters))}
    ${fact("Budget left", `${Math.floor((100 * budget.left) / Math.max(1, budget.per_day))} %`)}${fact("Lock", locked_by === null ? "free" : `held by ${locked_by}`)}
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
