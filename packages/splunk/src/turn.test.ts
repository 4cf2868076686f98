import { expect, test } from "vitest";
import { pauseBeforePoll } from "./turn.ts";

const now = 1_800_000_000_000;

test.each([
  ["0", now - 10_000, 50_000],
  ["0.0", now - 59_999, 1],
  ["0", now - 60_000, 0],
  ["0", undefined, 0],
  // A clock that was set back by an hour.
  ["0", now + 3_600_000, 60_000],
  ["300", now - 10_000, 0],
  ["-1", now - 10_000, 0],
  ["*/5 * * * *", now - 10_000, 0],
  ["", now - 10_000, 0],
  [undefined, now - 10_000, 0],
])("interval %j, last poll %j: waits %i ms", (interval, lastPoll, pause) => {
  expect(pauseBeforePoll(interval, lastPoll, now)).toBe(pause);
});
