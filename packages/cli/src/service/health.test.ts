import { ConfigurationError, createSecret, TargetError } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { watchHealth } from "./health.ts";

const minute = 60_000;
const page = { read: 1, mapped: 1, delivered: 1, repeated: 0, skipped: {}, refused: {}, withheld: {}, droppedDeadLetters: 0 };

function watchAt(targets: readonly string[] = ["splunk"]) {
  let time = Date.parse("2026-05-01T00:00:00Z");
  const watch = watchHealth(targets, () => time);
  return { watch, pass: (milliseconds: number) => void (time += milliseconds), now: () => time };
}

test("it is ok when the last run of every target succeeded", () => {
  const { watch } = watchAt(["splunk", "sentinel"]);
  expect(watch.health()).toMatchObject({ status: "degraded", targets: [{ status: "starting" }, { status: "starting" }] });
  for (const target of ["splunk", "sentinel"]) {
    watch.started(target);
    watch.ended(target, undefined);
  }
  expect(watch.health().status).toBe("ok");
  watch.started("sentinel");
  watch.ended("sentinel", new TargetError("away", { remedy: "Wait." }));
  expect(watch.health()).toMatchObject({
    status: "degraded",
    targets: [{ status: "ok" }, { status: "failing", error: "away", remedy: "Wait." }],
  });
});

test("a run that confirms pages may take days; one that confirms nothing for half an hour is stalled", () => {
  const { watch, pass } = watchAt();
  watch.started("splunk");
  watch.ended("splunk", undefined);
  watch.started("splunk");
  for (let run = 0; run < 100; run += 1) {
    pass(29 * minute);
    watch.delivered("splunk", "all", { ...page, position: "2026-04-30T00:00:00Z" });
  }
  expect(watch.health()).toMatchObject({ status: "ok", targets: [{ lag_seconds: 24 * 3600 + 100 * 29 * 60 }] });
  pass(30 * minute);
  expect(watch.health()).toMatchObject({ status: "degraded", targets: [{ status: "stalled" }] });
});

test("a target whose configuration is wrong is stopped, with what to do", () => {
  const { watch } = watchAt();
  watch.started("splunk");
  watch.ended("splunk", new ConfigurationError("no such collection", { remedy: "Name another." }));
  watch.waits("splunk", undefined);
  expect(watch.health()).toMatchObject({ targets: [{ status: "stopped", due: null, error: "no such collection" }] });
  expect(watch.isAlive()).toBe(true);
});

test("it is alive as long as nobody waits far behind his time", () => {
  const { watch, pass, now } = watchAt();
  watch.waits("splunk", { earliest: now(), due: now() + minute });
  pass(5 * minute);
  expect(watch.isAlive()).toBe(true);
  pass(minute);
  expect(watch.isAlive()).toBe(false);
  watch.started("splunk");
  expect(watch.isAlive()).toBe(true);
});

test("a host that slept for a day tells its times by the calendar, and nobody is late for what was slept through", () => {
  const day = 24 * 60 * minute;
  let slept = 0;
  const start = Date.parse("2026-05-01T00:00:00Z");
  const watch = watchHealth(
    ["splunk"],
    () => start,
    () => start + slept,
  );
  watch.started("splunk");
  watch.delivered("splunk", "all", { ...page, position: "2026-04-30T23:59:00Z" });
  watch.ended("splunk", undefined);
  watch.waits("splunk", { earliest: start + minute, due: start + minute });
  slept = day;
  expect(watch.health()).toMatchObject({
    targets: [{ lag_seconds: 86_460, due: "2026-05-02T00:01:00.000Z", last_success: "2026-05-01T00:00:00.000Z" }],
  });
  expect(watch.isAlive()).toBe(true);
});

test("what a target said is clean, and no secret", () => {
  createSecret("health-test-secret");
  const { watch } = watchAt();
  watch.ended("splunk", new Error("\u001b[31mrefused health-test-secret"));
  const [target] = watch.health().targets;
  for (const hidden of ["\u001b", "health-test-secret"]) expect(target?.error).not.toContain(hidden);
  expect(target?.error).toContain("refused");
});
