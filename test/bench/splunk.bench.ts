import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { unpackAddOn } from "../end-to-end/splunk-host.ts";
import { goal, summarise, thousands, type Comparison, type Samples } from "./measurement.ts";
import { runProgram, startServer } from "./program.ts";

test("events to HEC beside Splunk's own package", async ({ task }) => {
  const drain = await startServer("hec-drain");
  const { parsing: ours, working: theirs, share, processorShare } = await runProgram<Comparison>("hec-peer", drain.origin, "9");
  drain.close();
  expect(ours.median).toBeGreaterThan(0);
  const row = {
    what: "events to Splunk's HEC in gzip",
    measured: `${thousands(ours.median)} events/s`,
    ratio: `${(1 / share.median).toFixed(1)}×, for ${processorShare.median.toFixed(1)}× the processor time`,
    comparedWith: `splunk-logging 0.11.1, which does not compress: ${thousands(theirs.median)} events/s`,
  };
  task.meta.measurements = [row];
});

test("the scheme that splunkd asks for at each start", ({ task }) => {
  const program = `${unpackAddOn()}/bin/socdefenders`;
  const environment = { PATH: "/usr/bin:/bin", SOCDEFENDERS_NODE: process.execPath };
  const node = (...parameters: string[]) => execFileSync(process.execPath, parameters, { encoding: "utf8" });
  const commands = {
    bare: () => node("-e", "0"),
    bundle: () => node(`${program}.mjs`, "--scheme"),
    wrapper: () => execFileSync(`${program}.sh`, ["--scheme"], { env: environment, encoding: "utf8" }),
  };
  const [bare, bundle, wrapper] = [time(commands.bare), time(commands.bundle), time(commands.wrapper)];
  const [over, bundleOver] = [wrapper.median - bare.median, bundle.median - bare.median];
  task.meta.measurements = [
    {
      what: "`--scheme` of the Splunk add-on, by its wrapper as splunkd asks (by the bundle alone)",
      measured: `${wrapper.median.toFixed(0)} ms (${bundle.median.toFixed(0)} ms)`,
      ratio: `${over.toFixed(0)} ms over (${bundleOver.toFixed(0)} ms over)`,
      comparedWith: `\`node -e 0\`: ${bare.median.toFixed(0)} ms`,
      goal: goal("< 60 ms over", over < 60),
    },
  ];
  expect(commands.wrapper()).toBe(commands.bundle());
});

/** Milliseconds of fifteen runs. */
function time(command: () => unknown): Samples {
  const runs = Array.from({ length: 15 }, () => {
    const start = performance.now();
    command();
    return performance.now() - start;
  });
  return summarise(runs);
}
