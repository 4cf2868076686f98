import { expect, test } from "vitest";
import { currentPages, inlineCodeOf, readText, sources } from "./pages.ts";
import { errorsIn, eventsIn, passedOn, reportedErrors } from "./reported.ts";

const page = readText("docs/troubleshooting.md");

/** The part of a page below a heading, up to the next one of its rank or above. */
function sectionOf(text: string, heading: string): string {
  const [rank = ""] = heading.split(" ");
  const [, rest = ""] = text.split(`\n${heading}\n`);
  return rest.split(new RegExp(`\n#{1,${rank.length}} `))[0] ?? "";
}

const firstCells = (section: string): string =>
  [...section.matchAll(/^\| ((?:`[^`]*`|[^|])*)\|/gm)].map(([, cell]) => cell).join("\n");

const scripts = ["packages/splunk/app/bin/socdefenders.sh", "packages/splunk/app/bin/socdefenders.cmd"];
const named = [...sources, ...scripts].flatMap((path) => eventsIn(readText(path)).map((name) => ({ path, name })));
const events = new Set(named.flatMap(({ name }) => name ?? []));

function documentedEvents(text: string): ReadonlySet<string> {
  const section = sectionOf(text, "## Log events");
  const tables = inlineCodeOf(firstCells(section));
  const told = inlineCodeOf(sectionOf(section, "### What is told besides").split(":")[0] ?? "");
  return new Set([...tables, ...told]);
}

const missing = <Item>(wanted: Iterable<Item>, there: ReadonlySet<Item>): Item[] =>
  [...wanted].filter((one) => !there.has(one)).toSorted();

test("every log event of the sources is in the page, and no other", () => {
  expect(events.size).toBeGreaterThan(70);
  // Handed on by a function whose callers are read instead.
  expect(named.filter(({ name }) => name === undefined)).toEqual([
    { path: "packages/sentinel/src/function/destination.ts", name: undefined },
  ]);
  const documented = documentedEvents(page);
  expect({ undocumented: missing(events, documented), unknown: missing(documented, events) }).toEqual({
    undocumented: [],
    unknown: [],
  });
});

const namedIn = (text: string): readonly string[] => [...text.matchAll(/\bevent=([a-z_]+)/g)].map(([, name = ""]) => name);

test.each(currentPages)("every event that %s names by event= is one", (path) => {
  expect(missing(namedIn(readText(path)), events)).toEqual([]);
});

test("an event that the page leaves out is found out", () => {
  expect(missing(events, documentedEvents(page.replace("| `cursor_lost`", "| `cursor_found`")))).toEqual(["cursor_lost"]);
  expect(missing(namedIn("`event=failed` `event=faild`"), events)).toEqual(["faild"]);
  expect(eventsIn('log.warn(\n  "one_more",\n  "text")')).toEqual(["one_more"]);
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What the page says a message looks like; where it stands may come first. */
const formsIn = (text: string): readonly RegExp[] =>
  inlineCodeOf(firstCells(sectionOf(text, "## Messages"))).map(
    (form) => new RegExp(`^(?:…: )?${form.split("…").map(escaped).join(".*")}$`),
  );

const notIn = (forms: readonly RegExp[], errors = reportedErrors()): string[] =>
  errors.flatMap(({ file, messages }) =>
    messages.filter((message) => !forms.some((form) => form.test(message))).map((message) => `${file}: ${message}`),
  );

test("every message of an error with a remedy is in the page", () => {
  expect(reportedErrors().length).toBeGreaterThan(140);
  expect(notIn(formsIn(page))).toEqual([]);
});

test("every status of the feed that has words of its own is in the page", () => {
  const [, table = ""] = readText("shared/src/taxii/answer-error.ts").split("const meanings");
  const meanings = [...(table.split("};")[0] ?? "").matchAll(/(\d{3}): "([^"]+)"/g)].map(
    ([, status, words]) => `GET …: HTTP ${status} ${words}`,
  );
  expect(meanings).toHaveLength(7);
  expect(missing(meanings, new Set(inlineCodeOf(sectionOf(page, "## Messages"))))).toEqual([]);
});

test("the errors that say nothing of their own are known", () => {
  const counts: Record<string, number> = {};
  for (const { file, messages } of reportedErrors()) if (messages.length === 0) counts[file] = (counts[file] ?? 0) + 1;
  expect(counts).toEqual(passedOn);
});

/** What the page says a message looks like and no source says. */
function staleIn(text: string): readonly string[] {
  const said = reportedErrors().flatMap(({ messages }) => messages);
  const all = sources.map(readText).join("\n");
  return inlineCodeOf(firstCells(sectionOf(text, "## Messages"))).filter((form, place) => {
    const pattern = formsIn(text)[place];
    const end =
      form
        .split("…")
        .at(-1)
        ?.replace(/^.*HTTP \d+ /, "") ?? "";
    return !said.some((message) => pattern?.test(message)) && (end === "" || !all.includes(end));
  });
}

test("no message is in the page that is in no source", () => {
  expect(staleIn(page)).toEqual([]);
  expect(staleIn(page.replace("`the feed is down: …", "`the feed is away: …"))).toEqual([
    "the feed is away: …; it is not asked again before …",
  ]);
});

test("a message that the page leaves out is found out", () => {
  const without = page.replace("`the feed is down: …", "`the feed is away: …");
  expect(notIn(formsIn(without))).toEqual([expect.stringContaining("the feed is down: …")]);
  const source = 'throw new FeedError(`GET ${url}: ${said === "" ? `a ${b}` : "c"} no`, { remedy })';
  expect(errorsIn(source, "x.ts")).toEqual([{ file: "x.ts", messages: ["GET …: … no"] }]);
});

test("every exit code is in the page", () => {
  const classes = sources.flatMap((path) => [...readText(path).matchAll(/exitCode = (\d)/g)].map(([, code]) => code ?? ""));
  const codes = new Set(["0", "1", "130", "143", ...classes]);
  expect(codes.size).toBe(8);
  expect(inlineCodeOf(firstCells(sectionOf(page, "## Exit codes"))).toSorted()).toEqual([...codes].toSorted());
});
