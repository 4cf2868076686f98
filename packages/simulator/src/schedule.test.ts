import { expect, test } from "vitest";
import { createSchedule, type Scheduled } from "./schedule.ts";

const objects = new Set(["any", "objects"] as const);
const hits = (scheduled: Scheduled, seed = 1): number[] => {
  const schedule = createSchedule([scheduled], seed);
  return Array.from({ length: 200 }, (_, index) => (schedule(objects) === undefined ? 0 : index + 1)).filter(Boolean);
};

test("numbers hit those requests, every nth each nth", () => {
  expect(hits({ when: { numbers: [2, 5] } })).toEqual([2, 5]);
  expect(hits({ when: { every: 50 } })).toEqual([50, 100, 150, 200]);
});

test("a share hits about as many, the same ones for the same seed", () => {
  const share = { when: { share: 0.3 } };
  expect(hits(share, 7)).toEqual(hits(share, 7));
  expect(hits(share, 7)).not.toEqual(hits(share, 8));
  expect(hits(share, 7).length).toBeGreaterThan(30);
  expect(hits(share, 7).length).toBeLessThan(90);
});

test("only the requests looked at are counted, by each fault for itself", () => {
  const first = { when: { numbers: [1] }, where: "next" } as const;
  const second = { when: { numbers: [2] } } as const;
  const schedule = createSchedule([first, second], 1);
  expect(schedule(objects)).toBeUndefined();
  expect(schedule(new Set(["any", "discovery"]))).toBeUndefined();
  // The second objects request is the first one with a cursor: both would hit, the first of the list does.
  expect(schedule(new Set(["any", "objects", "next"]))).toBe(first);
});
