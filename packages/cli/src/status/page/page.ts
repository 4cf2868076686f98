import type { StatusWithHistory } from "../status.ts";
import { ranges, type Range } from "./buckets.ts";
import { html, type Html } from "./html.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";
import { budgetTable, deadLetterTable, facts, lastRunAge } from "./tables.ts";
import { targetPart } from "./target.ts";

/** The whole page, as one document without anything from elsewhere. */
export function renderPage(status: StatusWithHistory, range: Range): string {
  const level = status.troubles[0]?.level ?? "ok";
  const content = html`${summary(status)}${rangeLinks(range)}
    ${status.targets.map((target, index) => targetPart(status, target, range, index))}
    ${deadLetterTable(status)}${budgetTable(status)}
    <footer data-part="footer">
      State directory <bdi>${status.state_directory}</bdi>. All times are UTC. The same as <a href="/status.json">JSON</a>.
    </footer>`;
  return renderDocument(level, titles[level], content);
}

/** The page in place of what cannot be read. The script of an earlier one shows its message and tries again. */
export function renderFailure(message: string): string {
  const remedy = "Make the state directory readable for this user.";
  return renderDocument("failed", titles.failed, banner("failed", `The state directory cannot be read: ${message}`, remedy, ""));
}

type Level = "ok" | "warning" | "failed";

const titles: Readonly<Record<Level, string>> = { ok: "All is well", warning: "Worth a look", failed: "Something is wrong" };
const signs: Readonly<Record<Level, string>> = { ok: "✓", warning: "!", failed: "✕" };
const iconColours: Readonly<Record<Level, string>> = { ok: "%23177245", warning: "%238a5a00", failed: "%23b3261e" };

// The policy of the server allows just these texts, to the character.
const styleElement = { markup: `<style>${style}</style>` };
const scriptElement = { markup: `<script>${script}</script>` };

function renderDocument(level: Level, title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – SOC Defenders</title>
        <link
          rel="icon"
          href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><circle cx='4' cy='4' r='4' fill='${iconColours[level]}'/></svg>"
        />
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>SOC Defenders <span>delivery status</span></h1>
          <p id="connection" role="status"></p>
        </header>
        <noscript><p class="note">Without scripts this page does not refresh itself.</p></noscript>
        <main>${content}</main>
        ${scriptElement}
      </body>
    </html> `.markup;
}

/** In one sentence whether all is well, else what is wrong and what to do; the rest of what is wrong below. */
function summary(status: StatusWithHistory): Html {
  const [first, ...others] = status.troubles;
  const asOf = `As of ${status.time.slice(0, 19).replace("T", " ")}`;
  const top =
    first === undefined ? banner("ok", allIsWell(status), "", asOf) : banner(first.level, `${first.message}.`, first.remedy, asOf);
  const rest = others.map(({ level, message, remedy }) => html`<li class="${level}"><b>${message}.</b> ${asCode(remedy)}</li>`);
  return html`<section data-part="summary">
    ${top}${
      rest.length > 0
        ? html`<ul class="troubles">
            ${rest}
          </ul>`
        : undefined
    }${facts(status)}
  </section>`;
}

function banner(level: Level, sentence: string, remedy: string, asOf: string): Html {
  return html`<div class="banner ${level}">
    <span class="sign" aria-hidden="true">${signs[level]}</span>
    <div>
      <p id="verdict"><b>${titles[level]}.</b> ${sentence}</p>
      <p id="remedy">${asCode(remedy)}</p>
      <p class="quiet">${asOf}</p>
    </div>
  </div>`;
}

function allIsWell(status: StatusWithHistory): string {
  const { length } = status.targets;
  if (length === 0) return "No target is configured.";
  return `The last run of ${length === 1 ? "the target" : `each of ${length} targets`} succeeded, ${lastRunAge(status)}.`;
}

/** What stands between backquotes is to be typed. */
function asCode(text: string): readonly Html[] {
  return text.split("`").map((part, place) => (place % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}

function rangeLinks(current: Range): Html {
  const links = ranges.map(
    ({ name, title }) =>
      html`<a href="/?range=${name}" ${name === current.name ? html` aria-current="true"` : undefined}>${title}</a>`,
  );
  return html`<nav data-part="ranges" aria-label="Time that the plots cover">${links}</nav>`;
}
