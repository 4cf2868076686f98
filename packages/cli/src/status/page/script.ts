/**
 * What runs in the page: fetches it again every ten seconds and puts the parts that changed in their places, so that nothing flickers and
 * what is unfolded or selected stays. What it cannot fetch it says, with the time of what is shown.
 */
export const script = `
"use strict";
const seconds = 10;
const partsOf = (root) => [...root.querySelectorAll("[data-part]")];
const nameOf = (part) => part.dataset.part;
const connection = document.getElementById("connection");
const markupOf = (root) => new Map(partsOf(root).map((part) => [nameOf(part), part.outerHTML]));
let shown = markupOf(document);
let asOf = Date.now();

function say(text) {
  if (connection.textContent !== text) connection.textContent = text;
  document.body.classList.toggle("stale", text !== "");
}

function place(next) {
  const fresh = new Map(partsOf(next).map((part) => [nameOf(part), part]));
  if ([...fresh.keys()].join() !== partsOf(document).map(nameOf).join()) {
    document.querySelector("main").replaceChildren(...next.querySelector("main").childNodes);
    shown = markupOf(document);
    return;
  }
  const latest = markupOf(next);
  for (const old of partsOf(document)) {
    if (shown.get(nameOf(old)) !== latest.get(nameOf(old))) swap(old, fresh.get(nameOf(old)));
  }
  shown = latest;
}

function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : undefined;
  for (const open of old.querySelectorAll("details[open]")) fresh.querySelector("#" + open.id)?.setAttribute("open", "");
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.querySelector("summary")?.focus();
}

async function refresh() {
  if (document.hidden) return;
  if (!getSelection().isCollapsed) return say("Not refreshed while text is selected.");
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(seconds * 1000) });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(next.getElementById("verdict")?.textContent ?? "status " + answer.status);
    document.title = next.title;
    document.querySelector("link[rel=icon]").href = next.querySelector("link[rel=icon]").href;
    place(next);
    asOf = Date.now();
    say("");
  } catch (error) {
    const reason = error instanceof TypeError || error.name === "TimeoutError"
      ? "the server of this page does not answer; start socdefenders status --serve again." : error.message;
    say("Out of date since " + new Date(asOf).toISOString().slice(11, 19) + " UTC: " + reason);
  }
}

async function again() {
  await refresh();
  setTimeout(again, seconds * 1000);
}
setTimeout(again, seconds * 1000);
document.addEventListener("visibilitychange", refresh);
`;
