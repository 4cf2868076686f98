import { FeedError, type CollectionSummary } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { healthOf, healthOfFailure } from "./health.ts";

const summary: CollectionSummary = {
  target: "socdefenders://main",
  collection: "all",
  pages: 1,
  read: 2,
  mapped: 0,
  delivered: 0,
  skipped: 2,
  refused: 0,
  position: "2026-05-01T00:00:00.000000Z",
  duration_ms: 1,
  skipped_reasons: {},
  refused_reasons: {},
  withheld: 0,
  withheld_reasons: {},
  dead_letters_dropped: 0,
};

test("words of the feed are cut and lose what steers a terminal, in reasons as in failures", () => {
  const hostile = `\u001b[31m\n${"x".repeat(100_000)}`;
  const failure = new FeedError(hostile, { remedy: hostile });
  const events = [
    ...healthOf({ ...summary, failure, skipped_reasons: { [hostile]: 2 } }, Date.parse("2026-05-01T00:01:00Z")),
    healthOfFailure("socdefenders://main", failure),
  ];
  expect(events).toMatchObject([
    { kind: "run", status: "failed", lag_s: 60 },
    { kind: "skipped", count: 2 },
    { kind: "run", status: "failed" },
  ]);
  for (const text of events.flatMap((event) => [event["reason"], event["message"], event["remedy"]]).filter(Boolean)) {
    expect(text).toMatch(/^\ufffd\[31m x+…$/);
    expect(text).toHaveLength(501);
  }
});
