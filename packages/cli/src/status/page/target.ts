import type { StatusWithHistory } from "../status.ts";
import { inWords, wholeNumber } from "../words.ts";
import { bucketsOf, type Bucket, type Range } from "./buckets.ts";
import { lagChart, volumeChart } from "./chart.ts";
import { html, type Html } from "./html.ts";
import { table } from "./tables.ts";

/** What is known of one target: its collections, and plots of its volume and lag. `index` tells it from the others on the page. */
export function targetPart(status: StatusWithHistory, target: string, range: Range, index: number): Html {
  const entries = status.history.filter((entry) => entry.target === target);
  const buckets = bucketsOf(entries, range, Date.parse(status.time));
  const hasRuns = buckets.some(({ runs }) => runs > 0);
  const none = html`<p class="quiet">No run has ended in the last ${range.title}.</p>`;
  const runs = status.last_runs.filter((run) => run.target === target);
  const level = runs.some(({ failed }) => failed > 0) ? "failed" : runs.length === 0 ? "warning" : "ok";
  const word = { failed: "failed", warning: "no run yet", ok: "ok" }[level];
  return html`<section class="target">
    <div data-part="target-${index}">
      <h2><bdi>${target}</bdi> <span class="badge ${level}">${word}</span></h2>
      ${collections(status, target)}
    </div>
    <div data-part="plots-${index}">
      ${hasRuns ? html`${plots(buckets, range, target)}${asTable(buckets, range, index)}` : none}
    </div>
  </section>`;
}

/** A row for each collection that has a position or a last run, and one for a run that came to none. */
function collections({ positions, last_runs }: StatusWithHistory, target: string): Html {
  const runs = last_runs.filter((run) => run.target === target);
  const own = positions.filter((position) => position.target === target);
  const names = [...new Set([...own, ...runs].map(({ collection }) => collection))].toSorted();
  if (names.length === 0) return html`<p class="quiet">No position and no run is known.</p>`;
  const rows = names.map((name) => {
    const position = own.find(({ collection }) => collection === name);
    const run = runs.find(({ collection }) => collection === name);
    const lag = position === undefined ? "" : position.lag_seconds === null ? "not known" : inWords(position.lag_seconds);
    const outcome = run === undefined ? "" : [run.error ?? "ok", run.remedy].filter((text) => text !== undefined).join(" → ");
    const counts = run === undefined ? ["", "", ""] : [run.delivered, run.skipped, run.refused];
    return [name ?? "(came to none)", position?.position ?? "", lag, run?.time.slice(0, 19) ?? "", ...counts, outcome];
  });
  const heads = ["Collection", "Position", "Lag", "Last run", "Delivered", "Skipped", "Refused", "Outcome"];
  return table("Positions and last runs", heads, rows);
}

function plots(buckets: readonly Bucket[], range: Range, target: string): Html {
  const total = (count: "delivered" | "skipped" | "refused"): string =>
    `${wholeNumber(buckets.reduce((sum, bucket) => sum + bucket[count], 0))} ${count}`;
  const sums = `${total("delivered")}, ${total("skipped")}, ${total("refused")}`;
  const legend = (["delivered", "skipped", "refused", "failed"] as const).map(
    (kind) => html`<li class="${kind}">${kind === "failed" ? "a run failed" : kind}</li>`,
  );
  return html`<figure>
      <figcaption>Objects each ${range.step} <span class="quiet">${sums}</span></figcaption>
      ${volumeChart(buckets, range, `Objects each ${range.step} for ${target}: ${sums}`)}
      <ul class="legend">
        ${legend}
      </ul>
    </figure>
    <figure>
      <figcaption>
        Lag <span class="quiet">at the last run of each ${range.step}; of the collection furthest behind</span>
      </figcaption>
      ${lagChart(buckets, range, `Lag of ${target} at the last run of each ${range.step}`)}
    </figure>`;
}

/** What the plots show, for whoever cannot see them or wants to copy it. */
function asTable(buckets: readonly Bucket[], range: Range, index: number): Html {
  const rows = buckets
    .filter(({ runs }) => runs > 0)
    .map(({ start, runs, failed, delivered, skipped, refused, lag }) => {
      const from = new Date(start).toISOString().slice(0, 16).replace("T", " ");
      return [from, runs, failed, delivered, skipped, refused, lag === null ? "" : inWords(lag)];
    });
  const heads = ["From (UTC)", "Runs", "Failed", "Delivered", "Skipped", "Refused", "Lag"];
  return html`<details id="table-${index}">
    <summary>The plots as a table</summary>
    ${table(`Each ${range.step} with a run`, heads, rows)}
  </details>`;
}
