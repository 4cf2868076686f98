import type { PageOutcome } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { createCounts } from "./counts.ts";

const outcome = (changes: Partial<PageOutcome>): PageOutcome => ({
  read: 0,
  mapped: 0,
  delivered: 0,
  repeated: 0,
  skipped: {},
  refused: {},
  withheld: {},
  droppedDeadLetters: 0,
  position: undefined,
  ...changes,
});

const reasons = (changes: Partial<PageOutcome>): unknown[] =>
  createCounts()("splunk", "all", outcome(changes)).flatMap(({ labels: { reason }, value }) =>
    reason === undefined ? [] : [[reason, value]],
  );

test.each([
  ["identity objects are not sent to Splunk", "identity objects are not sent to Splunk"],
  [
    "x-\u001b[31mred objects are not sent to Sentinel's threat intelligence",
    "other objects are not sent to Sentinel's threat intelligence",
  ],
  ["filter.min_confidence", "filter.min_confidence"],
  ["HTTP 400: the name evil.example is not allowed", "HTTP 400"],
  ["HEC code 6: Invalid data format", "HEC code 6"],
  ["cannot be mapped: Cannot read properties of undefined", "cannot be mapped"],
  ['{"evil": "words"}', "other"],
  ["\u001b[31m", "other"],
])("%j is counted as %j", (reason, label) => {
  expect(reasons({ skipped: { [reason]: 2 } })).toEqual([[label, 2]]);
  expect(reasons({ refused: { [reason]: 2 } })).toEqual([[label, 2]]);
});

test("no feed and no target makes more series than can be kept", () => {
  const countsOf = createCounts();
  const labels = new Set<string>();
  for (let number = 0; number < 1000; number += 1) {
    const refused = { [`reason ${number}`]: 1 };
    for (const one of countsOf("splunk", `collection-${number}`, outcome({ refused }))) labels.add(JSON.stringify(one.labels));
  }
  expect(labels.size).toBeLessThan(250);
  expect([...labels].at(-1)).toContain('"collection":"other"');
});

test("nothing of a page is left out", () => {
  const counts = createCounts()(
    "splunk",
    "all",
    outcome({ read: 5, delivered: 3, withheld: { a: 1, b: 2 }, droppedDeadLetters: 4 }),
  );
  expect(Object.fromEntries(counts.map(({ name, value }) => [name, value]))).toEqual({
    pages: 1,
    objects_read: 5,
    items_delivered: 3,
    values_withheld: 3,
    dead_letters_dropped: 4,
  });
});
