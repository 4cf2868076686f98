import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand, start, type Started } from "./command.ts";
import { proKey, splunkSetting, type SplunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 300);

/** A run that hangs with its first batch at the target, and never hears the answer. */
async function hangingRun(): Promise<SplunkSetting & { readonly first: Started; readonly release: () => void }> {
  let isSlow = true;
  let arrived = (): void => undefined;
  const hanging = new Promise<void>((resolve) => (arrived = resolve));
  const setting = await splunkSetting(
    { records },
    {
      intercept: () => {
        if (!isSlow) return undefined;
        arrived();
        // The sink waits that long before it asks again.
        return { status: 503, headers: { "retry-after": "60" }, body: { text: "Server is busy", code: 9 } };
      },
    },
  );
  const first = start(["run", setting.workplace.config, "--once"], { environment: proKey });
  await hanging;
  return { ...setting, first, release: () => void (isSlow = false) };
}

const environment = { environment: proKey };

test("a second run leaves with 5 and one error that names the first; after kill -9 of the first the next one works", async () => {
  const { first, release, workplace, received } = await hangingRun();
  const second = await runCommand(["run", workplace.config, "--once"], environment);
  expect(second.code).toBe(5);
  expect(second.stdout).toBe("");
  expect(second.log).toEqual([
    expect.objectContaining({
      level: "error",
      message: expect.stringContaining(`process ${first.process.pid} on `),
      remedy: expect.stringContaining("Stop it"),
    }),
  ]);

  const reset = await runCommand(["checkpoint", "reset", workplace.config], environment);
  expect(reset.code).toBe(5);

  first.process.kill("SIGKILL");
  await first.ended;
  release();
  const third = await runCommand(["run", workplace.config, "--once"], environment);
  expect(third.code).toBe(0);
  expect(third.log.map(({ event }) => event)).toContain("lock_taken_over");
  expect(received()).toHaveLength(records.length);
});

test("a run that is stopped leaves no lock behind", async () => {
  const { first, release, workplace } = await hangingRun();
  first.process.kill("SIGTERM");
  expect((await first.ended).code).toBe(143);
  release();
  const second = await runCommand(["run", workplace.config, "--once"], environment);
  expect(second.code).toBe(0);
  expect(second.log.filter(({ event }) => event === "lock_taken_over")).toEqual([]);
});
