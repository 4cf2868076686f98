import { expect, test } from "vitest";
import { createMemoryStore } from "../checkpoint/memory-store.ts";
import type { Mapping, Page, Refusal, Rejected } from "./contract.ts";
import { run, type PageOutcome } from "./run.ts";

interface Item {
  readonly part: string;
}

const key = { target: "splunk", endpoint: "https://feed.example/", collection: "all" };

/** Two items an object, and one value that no item came of. */
const map: Mapping<Item> = ({ id }) => ({ kind: "items", items: [{ part: `${id} a` }, { part: `${id} b` }], withheld: { odd: 1 } });

async function runPage(count: number, refuse: (items: readonly Item[]) => readonly Refusal<Item>[], mapping: Mapping<Item> = map) {
  const page: Page = {
    objects: Array.from({ length: count }, (_, number) => ({ type: "indicator", id: `indicator--${number}` })),
    unreadable: [],
    repeated: 0,
    cursor: { position: "2026-05-01T00:00:00Z" },
  };
  const checkpoints = createMemoryStore();
  const kept: Rejected[] = [];
  const outcomes: PageOutcome[] = [];
  const running = run<Item>({
    source: {
      async *pages() {
        yield await Promise.resolve(page);
      },
    },
    map: mapping,
    sink: { check: () => Promise.resolve(), close: () => Promise.resolve(), write: (items) => Promise.resolve(refuse(items)) },
    checkpoints,
    deadLetters: {
      add(_, rejected) {
        kept.push(...rejected);
        return Promise.resolve(3);
      },
    },
    key,
    signal: new AbortController().signal,
  });
  const failure = await (async () => {
    for await (const outcome of running) outcomes.push(outcome);
    return undefined;
  })().catch((error: unknown) => error);
  return { failure, outcome: outcomes[0], kept, saved: await checkpoints.load(key) };
}

test("a refused item keeps the object it was made of, once for a reason; what is counted is items and values", async () => {
  const { outcome, kept } = await runPage(5, (items) => [
    { item: items[2]!, reason: "too odd" },
    { item: items[3]!, reason: "too odd" },
    { item: items[9]!, reason: "too even" },
  ]);
  expect(kept).toEqual([
    { reason: "too odd", content: { type: "indicator", id: "indicator--1" }, refused: { items: [0, 1], of: 2 } },
    { reason: "too even", content: { type: "indicator", id: "indicator--4" }, refused: { items: [1], of: 2 } },
  ]);
  expect(outcome).toMatchObject({
    mapped: 10,
    delivered: 7,
    refused: { "too odd": 2, "too even": 1 },
    withheld: { odd: 5 },
    droppedDeadLetters: 3,
  });
});

test.each([
  [10, 18, false],
  [10, 19, true],
  [20, 20, false],
  [20, 21, true],
  [9, 18, false],
])("of %i objects with two items each, %i refused items hold the position: %s", async (objects, refused, holds) => {
  const { failure, kept, saved } = await runPage(objects, (items) =>
    items.slice(0, refused).map((item) => ({ item, reason: "no" })),
  );
  expect(failure === undefined).toBe(!holds);
  expect(saved === undefined).toBe(holds);
  expect(kept.length === 0).toBe(holds);
});

test("one object with many values, all refused, does not hold the position: it would for ever", async () => {
  const many: Mapping<Item> = ({ id }) => ({
    kind: "items",
    items: Array.from({ length: id === "indicator--0" ? 100 : 1 }, (_, number) => ({ part: `${id} ${number}` })),
  });
  const { failure, kept, saved } = await runPage(3, (items) => items.slice(0, 100).map((item) => ({ item, reason: "no" })), many);
  expect(failure).toBeUndefined();
  expect(kept).toMatchObject([{ content: { id: "indicator--0" }, refused: { of: 100 } }]);
  expect(saved).toBeDefined();
});

test("a sink that refuses what it was not given ends the run before the position moves", async () => {
  const { failure, saved } = await runPage(3, () => [{ item: { part: "strange" }, reason: "no" }]);
  expect(failure).toMatchObject({ message: "a sink refused an item it was not given" });
  expect(saved).toBeUndefined();
});

/** Fails for so many objects, as a defect in a mapping would. */
const failingFor =
  (count: number): Mapping<Item> =>
  (object, context) => {
    if (Number(object.id.replace("indicator--", "")) < count) throw new TypeError("cannot read this");
    return map(object, context);
  };

test("an object that the mapping fails on is kept with the reason, and the others go on", async () => {
  const { outcome, kept, saved } = await runPage(5, () => [], failingFor(2));
  const reason = "cannot be mapped: cannot read this";
  expect(kept).toEqual([0, 1].map((number) => ({ reason, content: { type: "indicator", id: `indicator--${number}` } })));
  expect(outcome).toMatchObject({ read: 5, mapped: 6, delivered: 6, refused: { [reason]: 2 } });
  expect(saved).toBeDefined();
});

test("a mapping that fails on many objects is a defect: nothing is written and the position stays", async () => {
  const { failure, kept, saved } = await runPage(40, () => [], failingFor(10));
  expect(failure).toEqual(new TypeError("cannot read this"));
  expect([kept, saved]).toEqual([[], undefined]);
});

test("a page of very many items is written in portions, and the position is saved behind the last one", async () => {
  let live = 0;
  let most = 0;
  let mapped = 0;
  const many: Mapping<Item> = ({ id }) => {
    mapped += 1;
    live += 150;
    most = Math.max(most, live);
    return { kind: "items", items: Array.from({ length: 150 }, (_, number) => ({ part: `${id} ${number}` })) };
  };
  const written: number[] = [];
  const { failure, outcome, kept, saved } = await runPage(
    1000,
    (items) => {
      live -= items.length;
      written.push(items.length);
      return written.length === 3 ? [{ item: items[0]!, reason: "no" }] : [];
    },
    many,
  );
  expect(failure).toBeUndefined();
  expect(mapped).toBe(1000);
  expect(Math.max(...written)).toBeLessThanOrEqual(10_000);
  expect(most).toBeLessThanOrEqual(10_150);
  expect(outcome).toMatchObject({ mapped: 150_000, delivered: 149_999, refused: { no: 1 } });
  expect(kept).toMatchObject([{ content: { id: "indicator--132" }, refused: { items: [0], of: 150 } }]);
  expect(saved).toBeDefined();
});

test("a portion that the target does not take ends the run before the position moves", async () => {
  const many: Mapping<Item> = () => ({ kind: "items", items: Array.from({ length: 6000 }, () => ({ part: "" })) });
  let writes = 0;
  const { failure, kept, saved } = await runPage(
    3,
    () => {
      writes += 1;
      if (writes === 3) throw new Error("gone");
      return [];
    },
    many,
  );
  expect(failure).toMatchObject({ message: "gone" });
  expect([kept, saved]).toEqual([[], undefined]);
});
