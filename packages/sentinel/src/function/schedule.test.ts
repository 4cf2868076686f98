import { expect, test } from "vitest";
import { scheduleProblem } from "./schedule.ts";

test.each(["0 */15 * * * *", "*/5 * * * *", "0 0 1-5,8 * JAN-MAR Mon-Fri", " 0 0 * * * * "])("%s is a schedule", (schedule) => {
  expect(scheduleProblem({ SOCDEFENDERS_SCHEDULE: schedule })).toBeUndefined();
});

test.each([
  [undefined, /is missing/],
  ["", /is missing/],
  ["00:15:00", /a time span, which Consumption plans do not take/],
  ["every hour", /no NCRONTAB/],
  ["@Microsoft.KeyVault(SecretUri=x)", /no NCRONTAB/],
])("%s is none", (schedule, problem) => {
  expect(scheduleProblem({ SOCDEFENDERS_SCHEDULE: schedule })).toMatch(problem);
});
