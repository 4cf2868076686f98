import { expect, test } from "vitest";
import { watchHealth } from "./health.ts";

test("healthy is a connector that the platform heard of in the last five minutes, whatever became of its runs", () => {
  let now = Date.UTC(2026, 10, 21);
  const watch = watchHealth(() => now);
  expect(watch.health()).toEqual({ status: "healthy", last_ping: null, last_run: null, last_failure: null });
  watch.ran(new Error("the feed is down"));
  now += 4 * 60_000;
  watch.pinged(true);
  now += 4 * 60_000;
  watch.pinged(false);
  expect(watch.health()).toMatchObject({
    status: "healthy",
    last_ping: "2026-11-21T00:04:00.000Z",
    last_failure: "the feed is down",
  });
  now += 60_000;
  expect(watch.health().status).toBe("unhealthy");
  watch.pinged(true);
  expect(watch.health().status).toBe("healthy");
});
