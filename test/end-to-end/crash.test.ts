import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand, start } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 1000);
const allIds = records.map(({ object }) => String(object["id"])).toSorted();

test.each([1, 2, 5, 9])(
  "kill -9 while batch %i is with the target: nothing is lost, at most one page comes twice",
  async (fatalBatch) => {
    let kill = (): void => undefined;
    const { workplace, received } = await splunkSetting(
      { records },
      {
        intercept: (batch) => {
          if (batch !== fatalBatch) return undefined;
          kill();
          // The process is gone: whatever is answered, nobody hears it, and the batch is not stored.
          return { status: 503, body: { text: "Server is shutting down", code: 23 } };
        },
      },
    );
    const first = start(["run", workplace.config, "--once"], { environment: proKey });
    kill = () => first.process.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    const confirmed = new Set(received());
    for (const { position } of Object.values(await workplace.positions())) {
      const passed = records.filter(({ date_added }) => date_added < position).map(({ object }) => String(object["id"]));
      expect(passed.filter((id) => !confirmed.has(id))).toEqual([]);
    }

    expect((await runCommand(["run", workplace.config, "--once"], { environment: proKey })).code).toBe(0);
    expect([...new Set(received())].toSorted()).toEqual(allIds);
    expect(received().length - allIds.length).toBeLessThanOrEqual(100);
  },
);

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s in the middle: leaves with %i, and the next run goes on", async (name, code) => {
  let interrupt = (): void => undefined;
  const { workplace, received } = await splunkSetting(
    { records },
    {
      intercept: (batch) => {
        if (batch === 3) interrupt();
        return undefined;
      },
    },
  );
  const first = start(["run", workplace.config, "--once"], { environment: proKey });
  interrupt = () => first.process.kill(name);
  const ended = await first.ended;
  expect(ended.code).toBe(code);
  expect(ended.log.filter(({ level }) => level === "error")).toEqual([]);
  expect(received().length).toBeLessThan(allIds.length);

  expect((await runCommand(["run", workplace.config, "--once"], { environment: proKey })).code).toBe(0);
  expect([...new Set(received())].toSorted()).toEqual(allIds);
});

test("SIGTERM ends a service with 0", async () => {
  const { workplace, received } = await splunkSetting({ records });
  const service = start(["run", workplace.config, "--json"], { environment: proKey });
  await new Promise((resolve) => service.process.stdout?.once("data", resolve));
  expect(received()).toHaveLength(1000);
  service.process.kill("SIGTERM");
  expect((await service.ended).code).toBe(0);
});
