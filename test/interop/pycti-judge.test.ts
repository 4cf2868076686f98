import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createMapping, mergePage, reportKeyOf, split, toReport, type OpenctiBundle } from "@socdefenders/opencti";
import { parseStixObject, type Article, type StixObject } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { pythonEnvironment } from "./python.ts";

const requirements = ["pycti==7.261026.0"];
const program = fileURLToPath(new URL("pycti_judge.py", import.meta.url));
const fixtures = new URL("../fixtures/", import.meta.url);
const map = createMapping({ createObservables: true });

interface Judgement {
  readonly identifiers: readonly (readonly (string | null)[])[];
  readonly splits: readonly {
    readonly count: number;
    readonly dropped: readonly string[];
    readonly parts: readonly { readonly sequence: number; readonly object: StixObject }[];
  }[];
}

/** What pycti says of bundles. */
async function judge(bundles: readonly (readonly StixObject[])[]): Promise<Judgement> {
  const file = join(temporaryDirectory(), "bundles.json");
  writeFileSync(file, JSON.stringify(bundles));
  const python = await pythonEnvironment(requirements);
  const { stdout } = await promisify(execFile)(python, [program, file], { maxBuffer: 256 * 1024 * 1024 });
  return JSON.parse(stdout) as Judgement;
}

function bundlesOf(served: unknown): readonly OpenctiBundle[] {
  const parsed = parseStixObject(served);
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const mapped = map(parsed.object, { collection: "soc-defenders-all" });
  return mapped.kind === "items" ? mapped.items : [];
}

const fixturesIn = (folder: string): readonly unknown[] =>
  readdirSync(new URL(folder, fixtures)).map(
    (name) => JSON.parse(readFileSync(new URL(folder + name, fixtures), "utf8")) as unknown,
  );

function reportsOf(content: unknown): readonly OpenctiBundle[] {
  const article = content as Article;
  const key = reportKeyOf(article, Date.parse("2026-06-01T00:00:00Z"));
  return key === undefined ? [] : [toReport(article, key, [], "TLP:GREEN")];
}

const golden = mergePage([...fixturesIn("indicators/").flatMap(bundlesOf), ...fixturesIn("articles/").flatMap(reportsOf)]);
const carried = mergePage(fixturesIn("objects/").flatMap(bundlesOf));
const sample = mergePage(readRecords(sampleBytes()).flatMap(({ object }) => bundlesOf(object)));

describe("pycti agrees on", () => {
  let judgement: Judgement;
  const pages = { golden, carried, sample };
  const places = Object.keys(pages);
  beforeAll(async () => void (judgement = await judge(Object.values(pages))), 300_000);

  // Objects of the feed that are carried through keep the feed's ids, so they are no part of this.
  test.each(["golden", "sample"] as const)("the ids of every object, %s", (name) => {
    const objects = pages[name];
    const judged = judgement.identifiers[places.indexOf(name)]!;
    const differing = objects.filter(({ id }, place) => judged[place] !== null && judged[place] !== id);
    expect(differing.map(({ type, id, name: title }) => ({ type, id, title }))).toEqual([]);
    const unknown = new Set(objects.filter((_, place) => judged[place] === null).map(({ type }) => type));
    expect([...unknown]).toEqual(["marking-definition"]);
  });

  test.each(places)("what is sent and in which order, %s", (name) => {
    const theirs = judgement.splits[places.indexOf(name)]!;
    const { parts: ours, dropped } = split(pages[name as keyof typeof pages]);
    expect(dropped).toEqual([]);
    expect(theirs.dropped).toEqual([]);
    expect(theirs.count).toBe(ours.length);
    const byId = new Map(theirs.parts.map((part) => [part.object.id, part]));
    for (const { sequence, object } of ours) {
      const part = byId.get(object.id);
      expect({ sequence: part?.sequence, object: withoutCount(part?.object) }).toEqual({ sequence, object });
    }
  });

  test("more than the author alone: every type there is comes up", () => {
    const types = new Set([...golden, ...sample].map(({ type }) => type));
    expect([...types].toSorted()).toEqual([
      "attack-pattern",
      "domain-name",
      "email-addr",
      "file",
      "identity",
      "indicator",
      "intrusion-set",
      "ipv4-addr",
      "ipv6-addr",
      "marking-definition",
      "relationship",
      "report",
      "url",
      "vulnerability",
    ]);
    expect(sample.length).toBeGreaterThan(10_000);
  });
});

/** pycti writes the count into the object itself. */
function withoutCount(object: StixObject | undefined): object {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => name !== "nb_deps"));
}
