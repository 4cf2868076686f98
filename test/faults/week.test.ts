import { faultRuns, faultTest } from "./fault-test.ts";
import type { WireFault } from "./front.ts";
import type { Plan } from "./plan.ts";
import { makeRecord } from "./records.ts";
import { pageSize, type Scene } from "./scene.ts";
import { targetNames } from "./targets.ts";

const hourMs = 3_600_000;
const hoursBetween = 8;
const polls = (7 * 24) / hoursBetween;
const week = Date.UTC(2026, 5, 1);
const points = [
  "page-asked",
  "page-received",
  "items-mapped",
  "request-sent",
  "answered",
  "position-half",
  "before-rename",
] as const;
const wireFaults = ["busy", "throttled", "html", "reset", "lost", "half"] as const;

for (const target of targetNames) {
  for (let number = 1; number <= faultRuns; number += 1) {
    const clock = { now: week };
    const feed = { rate: { now: () => clock.now, perMinute: 1_000_000, perDay: 100_000_000 } };
    faultTest(
      { fault: "a week of a living feed", target, detail: `run ${number}`, scene: { records: [], feed } },
      async (scene, random) => {
        const life = createLife(scene, clock, random);
        for (let poll = 0; poll < polls; poll += 1) {
          life.pass(hoursBetween * hourMs);
          const ahead = { aheadMs: clock.now - Date.now() };
          scene.traffic = life.traffic();
          await scene.run({ plan: { clock: ahead, pace: 200, ...life.accident() } });
        }
        // The overlap of the last minutes is over, so that everything can be there.
        clock.now += hourMs;
        return scene.finish({ plan: { clock: { aheadMs: clock.now - Date.now() }, pace: 200 } });
      },
    );
  }
}

/** A feed whose objects come, come late, change, are revoked and expire, and the accidents of its readers; all drawn from `random`. */
function createLife({ records }: Scene, clock: { now: number }, random: () => number) {
  let indicators = 0;
  const below = (end: number): number => Math.floor(random() * end);

  /** In feed order: what is published behind its date comes to stand among what was there. */
  function publish(number: number, addedAt: number, members: Readonly<Record<string, unknown>> = {}): void {
    const record = makeRecord(number, { addedAt, members });
    const place = records.findLastIndex(({ date_added }) => date_added <= record.date_added);
    records.splice(place + 1, 0, record);
  }

  function add(addedAt: number): void {
    indicators += 1;
    const expiry = { valid_until: new Date(addedAt + below(48) * hourMs + 1000).toISOString() };
    publish(indicators, addedAt, random() < 0.3 ? expiry : {});
  }

  /** A later version of something that is there; a version has a time of its own. */
  function revise(): void {
    if (indicators > 0)
      publish(1 + below(indicators), clock.now, random() < 0.4 ? { revoked: true } : { confidence: 1 + below(99) });
  }

  return {
    /** Lets time pass; the feed fills meanwhile. */
    pass(ms: number): void {
      const since = clock.now;
      clock.now += ms;
      for (let count = below(2 * pageSize); count > 0; count -= 1) add(since + Math.floor((ms * (100 - count)) / 100));
      for (let count = below(6); count > 0; count -= 1) {
        clock.now += 1000;
        revise();
      }
    },
    /** While a process reads, the feed goes on: something new, or something that belongs two minutes before. */
    traffic: (): Scene["traffic"] => ({
      page: () => {
        clock.now += 1000;
        if (random() < 0.3) add(random() < 0.5 ? clock.now : clock.now - 120_000);
        return faultOf(0.1);
      },
      delivery: () => faultOf(0.1),
    }),
    /** One process in four is killed, somewhere. */
    accident: (): Plan => (random() < 0.25 ? { kill: { point: pick(points), nth: 1 + below(2) } } : {}),
  };

  function faultOf(share: number): WireFault | undefined {
    return random() < share ? pick(wireFaults) : undefined;
  }

  function pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[below(values.length)] ?? values[0];
  }
}
