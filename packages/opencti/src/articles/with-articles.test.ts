import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  FeedError,
  type ArticleAnswer,
  type ArticleClient,
  type LogRecord,
  createLogger,
  type Sink,
  type StixObject,
} from "@socdefenders/shared";
import { beforeEach, expect, test } from "vitest";
import type { OpenctiBundle } from "../mapping.ts";
import { openArticleMemory } from "./memory.ts";
import { withArticles } from "./with-articles.ts";

const signal = new AbortController().signal;
const [one, two] = ["3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c01", "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c02"];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "socdefenders-articles-"));
  return () => rm(directory, { recursive: true, force: true });
});

const article = (id: string): ArticleAnswer => ({
  kind: "article",
  article: { id, title: `Article ${id.at(-1)}`, published_at: "2026-05-01T10:00:00Z", threat_actors: ["Paper Heron"] },
});
const outage = new FeedError("GET /api/v1/articles: HTTP 503", { remedy: "Wait." });

interface Opened {
  readonly sink: Sink<OpenctiBundle>;
  readonly asked: string[];
  readonly written: OpenctiBundle[][];
  readonly log: LogRecord[];
}

/** A run with what the vendor answers by article; the state directory is the test's. */
async function open(
  answers: Readonly<Record<string, ArticleAnswer | Error>>,
  write?: Sink<OpenctiBundle>["write"],
): Promise<Opened> {
  const [asked, written, log]: [string[], OpenctiBundle[][], LogRecord[]] = [[], [], []];
  const articles: ArticleClient = {
    article: (id) => {
      asked.push(id);
      const answer = answers[id];
      return answer === undefined || answer instanceof Error
        ? Promise.reject(answer ?? new Error("no answer"))
        : Promise.resolve(answer);
    },
  };
  const target: Sink<OpenctiBundle> = {
    check: () => Promise.resolve(),
    write: write ?? ((items) => (written.push([...items]), Promise.resolve([]))),
    close: () => Promise.resolve(),
  };
  const memory = await openArticleMemory(directory, "connector");
  const logger = createLogger((record) => void log.push(record), "debug");
  const now = () => Date.parse("2026-06-01T00:00:00Z");
  return { sink: withArticles(target, { articles, memory, tlp: "TLP:GREEN", log: logger, now }), asked, written, log };
}

const bundle = (id: string, ...articles: string[]): OpenctiBundle => ({
  type: "bundle",
  id: "bundle--1",
  objects: [
    { type: "indicator", id, external_references: articles.map((uuid) => ({ url: `https://socdefenders.ai/item/${uuid}` })) },
  ],
});

const reportsIn = (written: readonly OpenctiBundle[] = []): StixObject[] =>
  written.flatMap(({ objects }) => objects.filter(({ type }) => type === "report"));

test("an article comes once, with all the objects that name it; later ones are added to its report", async () => {
  const { sink, asked, written } = await open({ [one]: article(one) });
  await sink.write([bundle("a", one), bundle("b", one), bundle("c")], signal);
  await sink.write([bundle("d", one)], signal);
  const [first, second] = written.map((items) => reportsIn(items)[0]!);
  expect(asked).toEqual([one]);
  expect(first!["object_refs"]).toEqual(["a", "b", expect.stringMatching(/^intrusion-set--/)]);
  expect(second).toMatchObject({ id: first!.id, name: first!["name"], published: first!["published"], object_refs: ["d"] });
});

test("the next run fetches it no more", async () => {
  const first = await open({ [one]: article(one) });
  await first.sink.write([bundle("a", one)], signal);
  const second = await open({});
  await second.sink.write([bundle("b", one)], signal);
  expect(second.asked).toEqual([]);
  expect(reportsIn(second.written[0])).toMatchObject([{ object_refs: ["b"] }]);
});

test.each(["archived", "before_look_back", "not_found"] as const)(
  "%s is counted, asked for once, and holds up nothing",
  async (reason) => {
    const { sink, asked, written, log } = await open({ [one]: { kind: "unavailable", reason, error: outage } });
    await sink.write([bundle("a", one)], signal);
    await sink.write([bundle("b", one)], signal);
    await sink.close();
    expect(asked).toEqual([one]);
    expect(written.map((items) => items.length)).toEqual([1, 1]);
    expect(log).toContainEqual(expect.objectContaining({ event: "articles", context: expect.objectContaining({ [reason]: 1 }) }));
  },
);

test("an outage holds up no indicator and loses no article: the next run brings it with all that named it", async () => {
  const failing = await open({ [one]: outage, [two]: article(two) });
  await failing.sink.write([bundle("a", one)], signal);
  await failing.sink.write([bundle("b", one, two)], signal);
  await failing.sink.close();
  expect(failing.asked).toEqual([one]);
  expect(failing.written.flat()).toHaveLength(2);
  expect(failing.log).toContainEqual(expect.objectContaining({ level: "warn", event: "articles_pending" }));

  const next = await open({ [one]: article(one), [two]: article(two) });
  await next.sink.write([bundle("c")], signal);
  const reports = reportsIn(next.written[0]);
  expect(reports.map(({ object_refs }) => (object_refs as string[]).filter((id) => id.length === 1))).toEqual([["a", "b"], ["b"]]);
});

test("an article that always fails does not keep the others from coming", async () => {
  const ids = Array.from({ length: 12 }, (_, place) => `3f0c1a52-7d1e-4c55-9a70-1b6f7a7f1c${10 + place}`);
  const [poison = "", ...good] = ids;
  const answers = { ...Object.fromEntries(good.map((id) => [id, article(id)])), [poison]: outage };
  const reported = new Set<unknown>();
  for (let run = 0; run < 6; run += 1) {
    const { sink, written } = await open(answers);
    await sink.write([run === 0 ? bundle("a", ...ids) : bundle("b")], signal);
    for (const { id } of reportsIn(written[0])) reported.add(id);
  }
  // The titles end in a digit, and the report's id comes of its title.
  expect(reported.size).toBe(new Set(good.map((id) => id.at(-1))).size);
});

test("a page that the target does not take is not remembered", async () => {
  const failing = await open({ [one]: article(one) }, () => Promise.reject(new Error("broker away")));
  await expect(failing.sink.write([bundle("a", one)], signal)).rejects.toThrow("broker away");
  expect(await readdir(directory)).toEqual([]);
});

test("a refused report is no item of the page", async () => {
  const page = [bundle("a", one)];
  const { sink, log } = await open({ [one]: article(one) }, (items) =>
    Promise.resolve(items.map((item) => ({ item, reason: "too large" }))),
  );
  expect(await sink.write(page, signal)).toEqual([{ item: page[0], reason: "too large" }]);
  expect(log).toContainEqual(expect.objectContaining({ event: "article_refused" }));
});

test("an abort is no outage", async () => {
  const { sink } = await open({ [one]: outage });
  await expect(sink.write([bundle("a", one)], AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
});

test("the memory keeps what is pending when it is full", async () => {
  const memory = await openArticleMemory(directory, "connector", 2);
  memory.set("pending", { kind: "pending", refs: ["a"] });
  for (const id of ["x", "y", "z"]) memory.set(id, { kind: "unavailable", reason: "archived" });
  await memory.save();
  const again = await openArticleMemory(directory, "connector", 2);
  expect([again.pending(), again.get("x"), again.get("z")]).toEqual([
    ["pending"],
    undefined,
    { kind: "unavailable", reason: "archived" },
  ]);
  again.forget();
  expect(again.pending()).toEqual([]);
});
